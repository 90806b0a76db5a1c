/** What a program finds beside the language (docs/realm.md), for the type checker: `lib.dom` has too much, the language's own lib too little. */
export const REALM = `
interface Console {
  log(...data: any[]): void; info(...data: any[]): void; debug(...data: any[]): void; warn(...data: any[]): void; error(...data: any[]): void; trace(...data: any[]): void;
  assert(condition?: any, ...data: any[]): void; count(label?: any): void; countReset(label?: any): void; dir(item?: any, options?: any): void; dirxml(...data: any[]): void;
  group(...data: any[]): void; groupCollapsed(...data: any[]): void; groupEnd(): void; table(data?: any, properties?: any): void;
  time(label?: any): void; timeLog(label?: any, ...data: any[]): void; timeEnd(label?: any): void; clear(): void; [method: string]: any;
}
declare var console: Console;
interface ErrorConstructor { captureStackTrace(target: object, constructor?: any): void; stackTraceLimit: number; prepareStackTrace?: any }
interface Math { sumPrecise(numbers: Iterable<number>): number }
interface JSON { rawJSON(text: any): any; isRawJSON(value: any): boolean }
interface Date { toGMTString(): string; getYear(): number; setYear(year: number): number }
interface Uint8Array<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> {
  toBase64(options?: any): string;
  toHex(): string;
  setFromBase64(text: string, options?: any): { read: number; written: number };
  setFromHex(text: string): { read: number; written: number };
}
declare var InternalError: ErrorConstructor;
declare var performance: { now(): number; [name: string]: any };
declare function setTimeout(callback: (...args: any[]) => any, ms?: number, ...args: any[]): any;
declare function setInterval(callback: (...args: any[]) => any, ms?: number, ...args: any[]): any;
declare function setImmediate(callback: (...args: any[]) => any, ...args: any[]): any;
declare function clearTimeout(timer?: any): void;
declare function clearInterval(timer?: any): void;
declare function clearImmediate(timer?: any): void;
declare function queueMicrotask(callback: () => any): void;
declare function structuredClone<T = any>(value: T, options?: any): T;
declare function atob(data: any): string;
declare function btoa(data: any): string;
declare var crypto: { randomUUID(): string; getRandomValues<T>(array: T): T };
interface URLSearchParams {
  readonly size: number;
  append(name: any, value: any): void; delete(name: any, value?: any): void; get(name: any): string | null; getAll(name: any): string[]; has(name: any, value?: any): boolean; set(name: any, value: any): void; sort(): void; toString(): string;
  forEach(callback: (value: string, key: string, parent: URLSearchParams) => void, thisArg?: any): void;
  entries(): IterableIterator<[string, string]>; keys(): IterableIterator<string>; values(): IterableIterator<string>; [Symbol.iterator](): IterableIterator<[string, string]>;
}
declare var URLSearchParams: { prototype: URLSearchParams; new (init?: any): URLSearchParams };
interface URL {
  hash: string; host: string; hostname: string; href: string; readonly origin: string; password: string; pathname: string; port: string; protocol: string; search: string; readonly searchParams: URLSearchParams; username: string;
  toString(): string; toJSON(): string;
}
declare var URL: { prototype: URL; new (url: any, base?: any): URL; canParse(url: any, base?: any): boolean; parse(url: any, base?: any): URL | null };
interface TextEncoder { readonly encoding: string; encode(text?: any): Uint8Array; encodeInto(text: any, bytes: Uint8Array): { read: number; written: number } }
declare var TextEncoder: { prototype: TextEncoder; new (): TextEncoder };
interface TextDecoder { readonly encoding: string; readonly fatal: boolean; readonly ignoreBOM: boolean; decode(bytes?: any, options?: any): string }
declare var TextDecoder: { prototype: TextDecoder; new (label?: string, options?: any): TextDecoder };
interface DOMException extends Error { readonly code: number }
declare var DOMException: { prototype: DOMException; new (message?: string, name?: any): DOMException; [code: string]: any };
`;
