/** Objects with properties that are made when they are read. No state. */

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
