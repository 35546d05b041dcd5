/** What a topic's record was forgiven. */
export type Forgiven = {
  /** JSON pointers of the fields that the contract does not know. */
  readonly unknownFields: readonly string[];
  readonly naiveTimestamp: boolean;
  /** Fields whose value came as a text, or as a number for true and false; an application's never do. */
  readonly textValues: readonly string[];
};

// One object for all records of a kind: the stream reads hundreds of thousands a second.
export const forgaveNothing: Forgiven = { unknownFields: [], naiveTimestamp: false, textValues: [] };
export const forgaveNaiveTimestamp: Forgiven = { unknownFields: [], naiveTimestamp: true, textValues: [] };
