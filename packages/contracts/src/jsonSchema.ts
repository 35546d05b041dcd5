import { z } from "zod";
import { ApplicationWire } from "./application.ts";
import { DecisionEvent } from "./decision.ts";
import { TransactionWire } from "./transaction.ts";

type Node = z.core.JSONSchema.BaseSchema;

/**
 * The contracts as JSON Schema (draft 2020-12), by file name. Applications and transactions are described as the HTTP
 * door takes them: no unknown field, a time with its offset, `null` in an optional field for "absent". What JSON Schema
 * cannot say (at most two decimals of a number, how far ahead a time may be, unstorable characters) only the service
 * checks, so a record that passes its schema can still be refused.
 */
export function jsonSchemas(): Record<string, Node> {
  return {
    application: describeInput(ApplicationWire, "application", {
      title: "Loan application",
      description: "The body of POST /v1/applications and the value of a record on the topic credit_applications.",
    }),
    transaction: describeInput(TransactionWire, "transaction", {
      title: "Card transaction",
      description: "The body of POST /v1/transactions and the value of a record on the topic transactions.",
    }),
    decision: describe(DecisionEvent, "decision", {
      title: "Decision",
      description: "The value of a record on the topic credit_decisions. Later versions may add fields.",
    }),
  };
}

type Words = { title: string; description: string };

function describe(schema: z.ZodType, name: string, words: Words): Node {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input", unrepresentable: "any" });
  return { $schema, $id: `urn:scoreline:${name}`, ...words, ...rest } as Node;
}

function describeInput(schema: z.ZodType, name: string, words: Words): Node {
  return closed(describe(schema, name, words));
}

/** An object's rule that knows no further fields, and takes `null` where a field or a map's value may be absent. */
function closed(node: Node): Node {
  const { properties, additionalProperties, required = [] } = node;
  if (properties) {
    const fields = Object.entries(properties as Record<string, Node>).map(([name, rule]) => [
      name,
      required.includes(name) ? rule : orNull(closed(rule)),
    ]);
    return { ...node, properties: Object.fromEntries(fields), additionalProperties: false };
  }
  if (typeof additionalProperties !== "object") return node;
  return { ...node, additionalProperties: orNull(additionalProperties as Node) };
}

function orNull(rule: Node): Node {
  return { anyOf: [...(rule.anyOf ?? [rule]), { type: "null" }] };
}
