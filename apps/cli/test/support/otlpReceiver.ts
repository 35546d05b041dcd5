import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as a collector gets it. */
export type ReceivedSpan = {
  service: string;
  traceId: string;
  spanId: string;
  /** Empty where it has none. */
  parentSpanId: string;
  name: string;
  attributes: Record<string, unknown>;
  isError: boolean;
};

/** Takes spans by OTLP over HTTP, in JSON, as a collector does. */
export type OtlpReceiver = {
  url: string;
  spans(): ReceivedSpan[];
  /** All that was sent, as it came. */
  text(): string;
  close(): Promise<void>;
};

type Value = { stringValue?: string; intValue?: string | number; doubleValue?: number; boolValue?: boolean };
type Attributes = { key: string; value: Value }[];
type Export = {
  resourceSpans?: {
    resource: { attributes: Attributes };
    scopeSpans: {
      spans: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        attributes?: Attributes;
        status?: { code?: number };
      }[];
    }[];
  }[];
};

const errorCode = 2;

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: string[] = [];
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      bodies.push(`${request.url} ${JSON.stringify(request.headers)} ${body}`);
      if (request.url === "/v1/traces") spans.push(...spansOf(JSON.parse(body)));
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => [...spans],
    text: () => bodies.join("\n"),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function spansOf({ resourceSpans = [] }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map(({ traceId, spanId, parentSpanId = "", name, attributes = [], status }) => ({
        service: String(attributesOf(resource.attributes)["service.name"]),
        traceId,
        spanId,
        parentSpanId,
        name,
        attributes: attributesOf(attributes),
        isError: status?.code === errorCode,
      })),
    ),
  );
}

function attributesOf(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, contentOf(value)]));
}

/** Deno sends every number as a double, and JSON has an integer of 64 bits as a text. */
function contentOf({ stringValue, intValue, doubleValue, boolValue }: Value): unknown {
  return intValue === undefined ? (stringValue ?? doubleValue ?? boolValue) : Number(intValue);
}
