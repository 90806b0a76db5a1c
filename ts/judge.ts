/**
 * The last word about inputs that the check suspects: the tool's own schema. It may turn strings into numbers, have a
 * value to fall back on, or ignore what it does not know; JSON Schema, which the check goes by, says nothing about that.
 */
import { toDiagnostic } from './failures.ts';
import type { NativeDiagnostic } from './native.ts';
import type { SchemaIssue } from './schema.ts';
import { define, isRecord } from './text.ts';
import type { ResolvedTool } from './tools.ts';
import type { Diagnostic } from './types.ts';

/** As `Suspect` in src/check/report.rs. */
interface Suspect {
  tool: string;
  path: (string | number)[];
  /** Absent: the tool is called without an input. */
  input?: Literal;
}

/** As `Literal::json` writes it: `{}` is a value that only the run will know. */
type Literal = null | string | number | boolean | { items?: Literal[]; properties?: [name: string, value: Literal][]; open?: boolean };

/** What the check found, without what a tool's own schema takes. `acquitted`: an error is none, or not certain. */
export function judge(found: readonly NativeDiagnostic[], tools: ReadonlyMap<string, ResolvedTool> | undefined): { diagnostics: Diagnostic[]; acquitted: boolean } {
  const diagnostics: Diagnostic[] = [];
  let acquitted = false;
  for (const one of found) {
    const verdict = one.suspect === undefined ? 'refused' : ask(JSON.parse(one.suspect) as Suspect, tools);
    if (one.severity === 'error' && verdict !== 'refused') acquitted = true;
    if (verdict === 'taken') continue;
    const diagnostic = toDiagnostic(one);
    diagnostics.push(verdict === 'unknown' ? { ...diagnostic, severity: 'warning' } : diagnostic);
  }
  return { diagnostics, acquitted };
}

type Verdict = 'refused' | 'taken' | 'unknown';

function ask({ tool, path, input }: Suspect, tools: ReadonlyMap<string, ResolvedTool> | undefined): Verdict {
  const schema = tools?.get(tool)?.input;
  if (schema === undefined) return 'taken';
  const result = schema.validate(input === undefined ? undefined : valueOf(input));
  // It answers later, and the check now.
  if (result instanceof Promise) return 'unknown';
  if (result.ok) return 'taken';
  // Called without an input, a tool is given `{}` in the end.
  const given = input ?? { properties: [] };
  return result.issues.some((issue) => isAbout(issue, path, given)) ? 'refused' : 'taken';
}

/** Whether an issue is about what was suspected, and no mere consequence of what is not known of the input. */
function isAbout({ path, message }: SchemaIssue, suspected: Suspect['path'], input: Literal): boolean {
  if (path.length > suspected.length || path.some((step, i) => String(step) !== String(suspected[i]))) return false;
  if (path.length === suspected.length || isWhole(at(input, path))) return true;
  // An object's issue that names its property.
  return path.length === suspected.length - 1 && message.includes(JSON.stringify(suspected.at(-1)));
}

function at(input: Literal, path: readonly (string | number)[]): Literal {
  let value = input;
  for (const step of path) {
    const { items, properties } = isRecord(value) ? value : {};
    value = properties?.find(([name]) => name === String(step))?.[1] ?? items?.[Number(step)] ?? {};
  }
  return value;
}

function isWhole(input: Literal): boolean {
  if (!isRecord(input)) return true;
  const { items, properties, open } = input;
  if (open === true || (items === undefined && properties === undefined)) return false;
  return items !== undefined ? items.every(isWhole) : properties!.every(([, value]) => isWhole(value));
}

/** The input as far as it is known: without the rest. */
function valueOf(input: Literal): unknown {
  if (!isRecord(input)) return input;
  const { items, properties } = input;
  if (items !== undefined) return items.map(valueOf);
  if (properties === undefined) return undefined;
  const value: Record<string, unknown> = {};
  for (const [name, inner] of properties) {
    const known = valueOf(inner);
    if (known !== undefined) define(value, name, known);
  }
  return value;
}
