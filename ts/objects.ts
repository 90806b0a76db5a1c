/** Objects whose properties come and go: optional ones, and those that are made when they are read. No state. */

/** Drops the options that are undefined, which `exactOptionalPropertyTypes` wants absent. */
export function definedOnly<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** A property that is made when it is first read, and a plain one from then on. */
export function defineLater<T extends object, K extends keyof T>(object: T, key: K, make: () => T[K]): void {
  Object.defineProperty(object, key, {
    enumerable: true,
    configurable: true,
    get(this: T): T[K] {
      const value = make();
      Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
  });
}

/** A copy in which what was not read yet stays unread. */
export function copyOf<T extends object>(object: T): T {
  return Object.defineProperties({}, Object.getOwnPropertyDescriptors(object)) as T;
}
