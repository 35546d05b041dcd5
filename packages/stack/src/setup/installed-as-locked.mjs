// Plain JavaScript with types in comments: setup.mjs loads this before any dependency is installed.

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, peer?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lockfile
 */

/**
 * Whether node_modules holds just what package-lock.json names, judged by the record npm writes as the last act of an
 * install (node_modules/.package-lock.json), so an interrupted install counts as none.
 * @param {Lockfile} locked package-lock.json
 * @param {Lockfile | undefined} installed node_modules/.package-lock.json, undefined when absent
 */
export function installedAsLocked(locked, installed) {
  if (installed?.packages === undefined) return false;
  const wanted = locked.packages ?? {};
  const found = installed.packages;
  /** @param {LockedPackage | undefined} a @param {LockedPackage | undefined} b */
  const same = (a, b) => a?.version === b?.version && a?.integrity === b?.integrity;
  const inModules = (/** @type {string} */ path) => path.includes("node_modules/");
  return (
    Object.entries(wanted).every(
      // npm leaves out the optional packages of other platforms.
      ([path, wants]) =>
        !inModules(path) || (found[path] === undefined ? wants.optional === true : same(wants, found[path])),
    ) && Object.entries(found).every(([path, has]) => !inModules(path) || same(wanted[path], has))
  );
}
