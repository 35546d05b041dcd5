/** A shop, made up, and what is paid there compared with what its customers pay elsewhere. */
export type Merchant = { name: string; factor: number };

export type Merchants = readonly [Merchant, ...Merchant[]];

/** Where a thief learns whether a card works: small amounts, and no cashier who looks up. */
export const testingGrounds: Merchants = [
  { name: "Metro Transit", factor: 0.1 },
  { name: "Streamhouse Video", factor: 0.3 },
  { name: "Penny Arcade Games", factor: 0.2 },
];

/** Where a thief buys with another's money: what can be sold again. */
export const resaleShops: Merchants = [
  { name: "Pixel & Plug Electronics", factor: 3 },
  { name: "Meridian Airways", factor: 5 },
  { name: "Gilded Finch Jewelers", factor: 6 },
];

/** All of them, from the most to the least visited. */
export const merchants: Merchants = [
  { name: "Harvest Lane Grocery", factor: 1 },
  { name: "Corner Cup Coffee", factor: 0.15 },
  { name: "Redline Fuel", factor: 0.9 },
  { name: "Wellspring Pharmacy", factor: 0.6 },
  { name: "Parcelway Online", factor: 1.2 },
  { name: "Noodle Street", factor: 0.4 },
  { name: "Big Oak Supermarket", factor: 1.3 },
  ...testingGrounds,
  { name: "Ironwood Hardware", factor: 1.5 },
  { name: "Taqueria Del Sol", factor: 0.4 },
  { name: "Bluebird Books", factor: 0.6 },
  { name: "Corner Cinema", factor: 0.5 },
  { name: "Sole & Stitch Shoes", factor: 1.6 },
  { name: "Lakeview Bistro", factor: 1.2 },
  { name: "Little Acorn Toys", factor: 0.9 },
  { name: "Summit Outdoor", factor: 2 },
  { name: "Pawprint Veterinary", factor: 2.2 },
  { name: "Halcyon Spa", factor: 1.8 },
  { name: "Lantern Inn Hotels", factor: 4 },
  { name: "Northgate Furniture", factor: 5 },
  ...resaleShops,
];
