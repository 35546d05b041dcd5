/** Longer texts are no decimals that a policy can use: a scaled integer has at most 16 digits. */
const lengthMax = 40;

/** 10^exponent. */
export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/** An exact decimal, `unscaled / 10^scale`, without trailing zeros. */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    let [least, leastScale] = [unscaled, scale];
    while (leastScale > 0 && least % 10n === 0n) {
      least /= 10n;
      leastScale -= 1;
    }
    this.unscaled = least;
    this.scale = leastScale;
  }

  /** Reads digits as they are written, never by way of a double. Undefined for exponents, hexadecimals and the like. */
  static read(text: string): Decimal | undefined {
    if (text.length > lengthMax) return undefined;
    const match = /^(-?)(\d*)(?:\.(\d+))?$/.exec(text);
    if (!match) return undefined;
    const [, sign, whole = "", fraction = ""] = match;
    if (whole + fraction === "") return undefined;
    const unscaled = BigInt(whole + fraction);
    return new Decimal(sign === "-" ? -unscaled : unscaled, fraction.length);
  }

  /** The value times 10^scale; undefined when it has more decimals than that. */
  scaledBy(scale: number): bigint | undefined {
    return scale < this.scale ? undefined : this.unscaled * powerOfTen(scale - this.scale);
  }

  toString(): string {
    return formatScaled(this.unscaled, this.scale);
  }
}

/** `(1500, 2)` -> `15`, `(-5, 1)` -> `-0.5`: a scaled integer as people write it, without trailing zeros. */
export function formatScaled(scaled: bigint | number, scale: number): string {
  const digits = String(scaled)
    .replace("-", "")
    .padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  return `${scaled < 0 ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}
