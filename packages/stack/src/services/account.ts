import { readFileSync } from "node:fs";
import { runToEnd } from "./run-to-end.ts";

/** As whom Postgres runs. It refuses to run as root. */
export type Account =
  | { readonly kind: "self" }
  | {
      readonly kind: "other";
      readonly name: string;
      readonly uid: number;
      readonly gid: number;
      readonly through: boolean;
    };

/** Root may pass closed directories on the way to a file; the account that stands in for it may then too. */
const passClosedDirectories = [
  "--inh-caps=+dac_override,+dac_read_search",
  "--ambient-caps=+dac_override,+dac_read_search",
];

/**
 * The user itself, or, for root, the account `postgres`, else `nobody`. Where that account cannot reach the program or
 * the home (a clone below /root, or in a private temporary directory) it keeps root's right to pass directories, and no
 * other. Throws when neither works.
 */
export async function postgresAccount(program: string, homeDir: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { kind: "self" };
  const { name, uid, gid } = unprivilegedUser();
  const reach = ["-c", 'test -x "$0" && test -x "$1"', program, homeDir];
  let failure: unknown;
  for (const through of [false, true]) {
    const account = { kind: "other", name, uid, gid, through } as const;
    const { command, args } = asAccount(account, "/bin/sh", reach);
    try {
      await runToEnd(command, args);
      return account;
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(
    `Postgres does not run as root, and the account ${name} cannot reach ${program} and ${homeDir}: run as another user, or put both where ${name} can read them (setpriv, from util-linux, is needed too)`,
    { cause: failure },
  );
}

/** The command that runs `program` as the account, in the same process (setpriv(1) ends in exec). */
export function asAccount(
  account: Account,
  program: string,
  args: readonly string[],
): { command: string; args: string[] } {
  if (account.kind === "self") return { command: program, args: [...args] };
  const change = [`--reuid=${account.uid}`, `--regid=${account.gid}`, "--clear-groups"];
  const rights = account.through ? passClosedDirectories : [];
  return { command: "setpriv", args: [...change, ...rights, program, ...args] };
}

function unprivilegedUser(): { name: string; uid: number; gid: number } {
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((fields) => fields[0] === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("Postgres does not run as root, and there is no account postgres or nobody to run it as");
}
