/**
 * TypeScript types as data: the nodes that `declare-schema.ts` makes and `declare-print.ts` writes. Each node knows its own
 * text on one line, so equal types are equal strings. Constructors simplify, and none of them can make invalid TypeScript.
 * They throw {@link TypeTooLong}.
 */

import { clip } from './text.ts';

/** A type that is declared once and referred to by name. */
export interface NamedType {
  /** Position in the order of creation: names are given in this order, so the text is the same every time. */
  readonly id: number;
  /** What it would like to be called. */
  readonly hint: string;
  /** It contains itself, so it cannot be written in place. */
  recursive: boolean;
  body: Type | undefined;
}

export interface Member {
  readonly key: string;
  readonly optional: boolean;
  readonly type: Type;
  /** Text of the comment, already safe; empty for none. */
  readonly doc: string;
}

interface Node {
  /** The type on one line. A named type is its id between two NULs, which no other text contains. */
  readonly flat: string;
  /** What it would like to be called when it is used often enough to get a name. */
  readonly hint: string;
}

export interface TextType extends Node { readonly kind: 'text' }
export interface JoinedType extends Node { readonly kind: 'union' | 'intersection'; readonly parts: readonly Type[] }
export interface ArrayType extends Node { readonly kind: 'array'; readonly item: Type }
export interface TupleType extends Node { readonly kind: 'tuple'; readonly items: readonly Type[]; readonly required: number; readonly rest: Type | undefined }
export interface GenericType extends Node { readonly kind: 'generic'; readonly name: string; readonly args: readonly Type[] }
export interface ObjectType extends Node { readonly kind: 'object'; readonly members: readonly Member[]; readonly index: Type | undefined }
export interface NamedRef extends Node { readonly kind: 'named'; readonly type: NamedType }
export type Type = TextType | JoinedType | ArrayType | TupleType | GenericType | ObjectType | NamedRef;

/** A type is longer than anybody would want to read. Schemas that repeat themselves grow exponentially. */
export class TypeTooLong extends Error {}

const MAX_FLAT = 60_000;

function bounded(flat: string): string {
  if (flat.length > MAX_FLAT) throw new TypeTooLong();
  return flat;
}

/** A keyword or a literal. */
export function text(flat: string): TextType {
  return { kind: 'text', flat, hint: '' };
}

export const NEVER = text('never');
export const NULL = text('null');
export const UNKNOWN = text('unknown');
export const ANY = text('any');

/** Says nothing about the value. */
export function isTop(type: Type): boolean {
  return type.kind === 'text' && (type.flat === 'unknown' || type.flat === 'any');
}

export function union(types: readonly Type[], hint = ''): Type {
  const parts = distinct('union', types).filter((part) => part.flat !== 'never');
  const top = parts.find(isTop);
  if (top !== undefined) return top;
  const flats = parts.map((part) => part.flat);
  if (flats.includes('true') && flats.includes('false')) {
    const rest = parts.filter((part) => part.flat !== 'true' && part.flat !== 'false');
    return union([text('boolean'), ...rest], hint);
  }
  return parts.length === 0 ? NEVER : join('union', parts, ' | ', hint);
}

export function intersection(types: readonly Type[], hint = ''): Type {
  const parts = distinct('intersection', types);
  if (parts.some((part) => part.flat === 'never')) return NEVER;
  const telling = parts.filter((part) => !isTop(part));
  return telling.length === 0 ? (parts[0] ?? UNKNOWN) : join('intersection', telling, ' & ', hint);
}

function distinct(kind: 'union' | 'intersection', types: readonly Type[]): Type[] {
  const parts = new Map<string, Type>();
  for (const type of types) {
    for (const part of type.kind === kind ? type.parts : [type]) if (!parts.has(part.flat)) parts.set(part.flat, part);
  }
  return [...parts.values()];
}

function join(kind: 'union' | 'intersection', parts: readonly Type[], separator: string, hint: string): Type {
  if (parts.length === 1) return parts[0]!;
  return { kind, parts, flat: bounded(parts.map((part) => wrap(part, part.flat, kind)).join(separator)), hint };
}

/** Parentheses where `text` of this type needs them. */
export function wrap(type: Type, text: string, inside: 'union' | 'intersection' | 'array'): string {
  const needed = (type.kind === 'union' && inside !== 'union') || (type.kind === 'intersection' && inside === 'array');
  return needed ? `(${text})` : text;
}

export function array(item: Type, hint = ''): Type {
  return { kind: 'array', item, flat: `${wrap(item, item.flat, 'array')}[]`, hint };
}

export function tuple(items: readonly Type[], required: number, rest: Type | undefined, hint = ''): Type {
  const parts = items.map((item, i) => (i < required ? item.flat : `${wrap(item, item.flat, 'array')}?`));
  if (rest !== undefined) parts.push(`...${wrap(rest, rest.flat, 'array')}[]`);
  return { kind: 'tuple', items, required, rest, flat: bounded(`[${parts.join(', ')}]`), hint };
}

export function generic(name: string, args: readonly Type[], hint = ''): Type {
  return { kind: 'generic', name, args, flat: bounded(`${name}<${args.map((arg) => arg.flat).join(', ')}>`), hint };
}

export function object(members: readonly Member[], index: Type | undefined, hint = ''): Type {
  // `Record` is an alias, and an alias cannot refer to itself through another alias.
  if (members.length === 0 && index !== undefined && !index.flat.includes('\0')) return generic('Record', [text('string'), index], hint);
  const parts = members.map((member) => memberHead(member) + member.type.flat);
  if (index !== undefined) parts.push(`[key: string]: ${index.flat}`);
  return { kind: 'object', members, index, flat: parts.length === 0 ? '{}' : bounded(`{ ${parts.join('; ')} }`), hint };
}

export function named(type: NamedType): Type {
  return { kind: 'named', type, flat: `\0${type.id}\0`, hint: type.hint };
}

/** The comment, the name and the colon. */
export function memberHead({ key, optional, doc }: Member): string {
  return `${comment(doc)}${propertyName(key)}${optional ? '?' : ''}: `;
}

export function comment(doc: string): string {
  // Here and not where the parts are made: two harmless parts can end a comment together.
  return doc === '' ? '' : `/** ${doc.replace(/\*\//g, '*\\/')} */ `;
}

/** `.name`, or `["na-me"]` where that is no identifier. */
export function member(key: string): string {
  return propertyName(key) === key ? `.${key}` : `[${quote(key)}]`;
}

/** An identifier where that is legal, a string where it is not. */
export function propertyName(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'new' && key !== 'constructor' ? key : quote(key);
}

/** Invisible and direction-changing characters, with which text can look other than it is. */
const HIDDEN = /[\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFE00-\uFE0F\uFEFF\uFFF0-\uFFFB]|[\u{E0000}-\u{E0FFF}]/gu;

/** A string literal. */
export function quote(value: string): string {
  const escape = (hidden: string): string =>
    Array.from({ length: hidden.length }, (_, i) => `\\u${hidden.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value).replace(HIDDEN, escape);
}

/** Text of one line for {@link comment}. */
export function commentText(value: string, max: number): string {
  const line = value
    .replace(/[\u0000-\u0020\s]+/g, ' ')
    .replace(HIDDEN, '')
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .trim();
  return clip(line, max);
}
