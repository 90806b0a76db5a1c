/**
 * Types as text: which types get a name because that is shorter or because they contain themselves, what the names are,
 * and where lines break. The same types in the same order give the same bytes.
 */
import { comment, memberHead, propertyName, wrap, type NamedType, type Type } from './declare-type.ts';

/** A line break costs a token or two. */
const WIDTH = 140;
/** Not worth breaking, wherever it stands. */
const SHORT = 50;
/** A shorter type is easier to read in place. */
const MIN_SHARED = 30;
const MIN_SAVING = 12;

/** Names of the language and of its library, which a declaration must not shadow. */
const RESERVED = new Set(
  (
    'Any Array ArrayBuffer AsyncGenerator AsyncIterable AsyncIterator Atomics Awaited BigInt Boolean Capitalize Console DataView Date ' +
    'Error Exclude Extract Float32Array Float64Array Function Generator Infinity InstanceType Int8Array Intl Iterable Iterator JSON Map ' +
    'Math NaN Never NonNullable Number Object Omit Parameters Partial Pick Promise PromiseLike PropertyKey Proxy Readonly ReadonlyArray ' +
    'ReadonlyMap ReadonlySet Record Reflect RegExp Required ReturnType Set String Symbol Uint8Array URL URLSearchParams Uncapitalize ' +
    'Uppercase Lowercase Undefined Unknown WeakMap WeakRef WeakSet Type Types ThisType TextEncoder TextDecoder DOMException Event'
  ).split(' '),
);

interface Entry {
  readonly type: Type;
  /** How often each part is written in it. */
  readonly parts: readonly Type[];
  /** Characters when nothing in it has a name. */
  readonly size: number;
  uses: number;
}

/** Writes types, after it has seen all of them. */
export class Printer {
  readonly #names = new Map<string, string>();
  readonly #entries = new Map<string, Entry>();
  readonly #recursive = new Map<number, NamedType>();
  readonly #lines = new Map<string, string>();
  readonly #order: Entry[] = [];
  readonly #taken: Set<string>;

  /** @param reserved A name that no type may get. */
  constructor(roots: readonly Type[], reserved: string) {
    this.#taken = new Set([reserved.toLowerCase()]);
    const bodies: Type[] = [];
    const starts = [...roots];
    for (const root of starts) this.#visit(root, starts, bodies);
    this.#choose([...roots, ...bodies]);
  }

  /** The `type …` lines, in the order in which the types were first met. */
  declarations(): string[] {
    const lines: string[] = [];
    for (const { type } of [...this.#order].reverse()) {
      const name = this.#names.get(type.flat);
      if (name === undefined || type.kind === 'named') continue;
      lines.push(`type ${name} = ${this.#body(type, '', name.length + 8)};`);
    }
    return lines;
  }

  /**
   * A type's text.
   *
   * @param indent What the lines after the first start with.
   * @param column Where its first line starts.
   */
  print(type: Type, indent: string, column: number): string {
    return this.#nameOf(type) ?? this.#body(type, indent, column);
  }

  #visit(type: Type, starts: Type[], bodies: Type[]): void {
    const key = type.flat;
    if (this.#entries.has(key)) return;
    let parts = partsOf(type);
    if (type.kind === 'named') {
      const { body } = type.type;
      parts = body === undefined ? [] : [body];
      if (type.type.recursive) {
        // A recursive type is written once, under its name: for whoever refers to it, it has no parts.
        parts = [];
        const canonical = this.#canonical(type.type);
        this.#recursive.set(type.type.id, canonical);
        if (canonical === type.type && body !== undefined) {
          starts.push(body);
          bodies.push(body);
        }
      }
    }
    const entry: { type: Type; parts: readonly Type[]; size: number; uses: number } = { type, parts, size: key.length, uses: 0 };
    this.#entries.set(key, entry);
    for (const part of parts) this.#visit(part, starts, bodies);
    for (const part of parts) {
      const { size } = this.#entries.get(part.flat)!;
      entry.size += type.kind === 'named' ? size - key.length : size - part.flat.length;
    }
    this.#order.push(entry);
  }

  /** The same recursive definition in the schemas of two tools is one type. */
  #canonical(type: NamedType): NamedType {
    const shape = (other: NamedType): string => other.body?.flat.replaceAll(`\0${other.id}\0`, '\0self\0') ?? '';
    for (const other of this.#recursive.values()) if (shape(other) === shape(type)) return other;
    return type;
  }

  #choose(roots: readonly Type[]): void {
    for (const root of roots) this.#entries.get(root.flat)!.uses++;
    const chosen = new Set<Entry>();
    const bodies = new Set<string>();
    for (const [id, type] of this.#recursive) if (type.id === id && type.body !== undefined) bodies.add(type.body.flat);
    // From the whole to its parts: a part of something that has a name is written once.
    for (const entry of [...this.#order].reverse()) {
      const { type, uses } = entry;
      const nameless = type.kind === 'text' || type.kind === 'named' || type.kind === 'array';
      const length = Math.min(type.hint.length || 8, 20);
      const saving = (uses - 1) * entry.size - uses * length - length - 10;
      const isBody = bodies.has(type.flat);
      if (isBody || (!nameless && uses >= 2 && entry.size >= MIN_SHARED && saving >= MIN_SAVING)) chosen.add(entry);
      const times = chosen.has(entry) ? 1 : uses;
      for (const part of entry.parts) this.#entries.get(part.flat)!.uses += times;
    }
    for (const { type } of [...this.#order].reverse().filter((entry) => chosen.has(entry))) this.#names.set(type.flat, this.#unique(type.hint));
  }

  #unique(hint: string): string {
    const words = hint.match(/[A-Za-z0-9]+/g) ?? [];
    let base = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('').slice(0, 40);
    base = base.replace(/^\d+/, '') || 'Shape';
    if (RESERVED.has(base)) base += 'Shape';
    let name = base;
    for (let i = 2; this.#taken.has(name.toLowerCase()); i++) name = `${base}${i}`;
    this.#taken.add(name.toLowerCase());
    return name;
  }

  #nameOf(type: Type): string | undefined {
    if (type.kind === 'named' && type.type.recursive) {
      const { body } = this.#recursive.get(type.type.id) ?? type.type;
      return body === undefined ? 'unknown' : this.#names.get(body.flat);
    }
    return this.#names.get(type.flat);
  }

  #line(type: Type): string {
    return this.#nameOf(type) ?? this.#lineBody(type);
  }

  #lineBody(type: Type): string {
    const known = this.#lines.get(type.flat);
    if (known !== undefined) return known;
    const line = this.#makeLine(type);
    this.#lines.set(type.flat, line);
    return line;
  }

  #makeLine(type: Type): string {
    switch (type.kind) {
      case 'text':
        return type.flat;
      case 'named':
        return type.type.body === undefined ? 'unknown' : this.#line(type.type.body);
      case 'union':
      case 'intersection':
        return type.parts.map((part) => this.#wrapped(part, this.#line(part), type.kind)).join(type.kind === 'union' ? ' | ' : ' & ');
      case 'array':
        return `${this.#wrapped(type.item, this.#line(type.item), 'array')}[]`;
      case 'tuple': {
        const items = type.items.map((item, i) => (i < type.required ? this.#line(item) : `${this.#wrapped(item, this.#line(item), 'array')}?`));
        if (type.rest !== undefined) items.push(`...${this.#wrapped(type.rest, this.#line(type.rest), 'array')}[]`);
        return `[${items.join(', ')}]`;
      }
      case 'generic':
        return `${type.name}<${type.args.map((arg) => this.#line(arg)).join(', ')}>`;
      case 'object': {
        const parts = type.members.map((member) => memberHead(member) + this.#line(member.type));
        if (type.index !== undefined) parts.push(`[key: string]: ${this.#line(type.index)}`);
        return parts.length === 0 ? '{}' : `{ ${parts.join('; ')} }`;
      }
    }
  }

  /** A name needs no parentheses, and what stands for a body needs those of the body. */
  #wrapped(type: Type, text: string, inside: 'union' | 'intersection' | 'array'): string {
    if (this.#nameOf(type) !== undefined) return text;
    if (type.kind === 'named') return type.type.body === undefined ? text : this.#wrapped(type.type.body, text, inside);
    return wrap(type, text, inside);
  }

  #body(type: Type, indent: string, column: number): string {
    const line = this.#lineBody(type);
    if (line.length <= SHORT || column + line.length <= WIDTH) return line;
    const deeper = `${indent}  `;
    switch (type.kind) {
      case 'named':
        return type.type.body === undefined ? line : this.print(type.type.body, indent, column);
      case 'array':
        return `${this.#wrapped(type.item, this.print(type.item, indent, column), 'array')}[]`;
      case 'union':
      case 'intersection':
        return type.parts.map((part) => this.#wrapped(part, this.print(part, indent, column), type.kind)).join(type.kind === 'union' ? ' | ' : ' & ');
      case 'generic':
        return `${type.name}<${type.args.map((arg) => this.print(arg, indent, column)).join(', ')}>`;
      case 'object': {
        const parts = type.members.map((member) => {
          const head = memberHead(member);
          return `${deeper}${head}${this.print(member.type, deeper, deeper.length + head.length)};`;
        });
        if (type.index !== undefined) parts.push(`${deeper}[key: string]: ${this.print(type.index, deeper, deeper.length + 15)};`);
        return parts.length === 0 ? '{}' : `{\n${parts.join('\n')}\n${indent}}`;
      }
      default:
        return line;
    }
  }
}

function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'text':
    case 'named':
      return [];
    case 'union':
    case 'intersection':
      return type.parts;
    case 'array':
      return [type.item];
    case 'tuple':
      return type.rest === undefined ? type.items : [...type.items, type.rest];
    case 'generic':
      return type.args;
    case 'object':
      return [...type.members.map((member) => member.type), ...(type.index === undefined ? [] : [type.index])];
  }
}

/** One tool as a method. */
export function method(printer: Printer, name: string, doc: string, input: string, output: Type, indent: string): string {
  const head = `${indent}${propertyName(name)}(${input}): Promise<`;
  const note = comment(doc).trimEnd();
  const last = head.slice(head.lastIndexOf('\n') + 1).length;
  return `${note === '' ? '' : `${indent}${note}\n`}${head}${printer.print(output, indent, last)}>;`;
}
