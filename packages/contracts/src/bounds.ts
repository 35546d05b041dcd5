/** Characters of each text of an application or a transaction at most. */
export const textLengthMax = {
  name: 200,
  gender: 32,
  region: 64,
  deviceId: 128,
  model: 64,
  keyFactor: 200,
  attribute: 256,
  location: 128,
  merchant: 128,
} as const;

/** FICO's range, the one US lenders score by. */
export const creditScoreMin = 300;
export const creditScoreMax = 850;

export const ageYearsMax = 130;

/** At most this many `key_factors` of a score. */
export const keyFactorsMax = 5;

/** At most this many `attributes` on an application. */
export const attributesMax = 32;

export const attributeName = /^[a-z][a-z0-9_]{0,62}$/;
