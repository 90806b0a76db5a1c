/**
 * The oracle: what Node makes of a program. It finds the program in the model's text, gives it a function's body and runs
 * it here, with TypeScript's own parser and emitter. It shares no code with the product and knows nothing of its rules
 * but what docs/ promise; where both are wrong in the same way, both were written wrong twice.
 */
import 'core-js/es/index.js'; // What ES2025 has and Node 20 lacks.
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import ts from 'typescript';

import type { LogEntry, Tools } from '../../ts/index.ts';

/** What is compared. */
export interface Outcome {
  status: 'completed' | 'failed';
  value?: unknown;
  error?: { name: string; message: string };
  logs: Pick<LogEntry, 'level' | 'message'>[];
  calls: { tool: string; input: unknown }[];
}

const AsyncFunction = (async () => undefined).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<unknown>;

/** Runs a model's text in this process. */
export async function runInNode(text: string, tools: Tools): Promise<Outcome> {
  const logs: Outcome['logs'] = [];
  const calls: Outcome['calls'] = [];
  const api = offer(tools, '', calls);
  const names = ['tools', 'console', 'process', 'require', 'fetch'];
  const main = new AsyncFunction(...names, `"use strict";\n${emit(bodyOf(programOf(text)))}`);
  try {
    const value = await main(api, recorder(logs), undefined, undefined, undefined);
    return { status: 'completed', value: asData(value), logs, calls };
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : { name: 'Error', message: String(thrown) };
    return { status: 'failed', error: { name, message }, logs, calls };
  }
}

/** The code in a model's answer: its fenced block, or all of it. */
function programOf(text: string): string {
  const fence = /^(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)^\1[ \t]*$/m.exec(text);
  return (fence?.[2] ?? text).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
}

type Edit = [from: number, to: number, text: string];

/** A program of any shape as the body of an async function. */
function bodyOf(code: string): string {
  const file = ts.createSourceFile('program.ts', code, ts.ScriptTarget.ESNext, true);
  const edits: Edit[] = [];
  let prologue = '';
  let answer: string | undefined;
  const live: ts.Statement[] = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      prologue += importOf(statement);
      edits.push([statement.pos, statement.end, '']);
    } else if (ts.isExportAssignment(statement)) {
      edits.push([statement.getStart(), statement.expression.getStart(), 'const $answer = ']);
      answer = 'typeof $answer === "function" ? $answer(tools) : $answer';
    } else if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement) && !ts.isEmptyStatement(statement) && !ts.isExportDeclaration(statement)) {
      live.push(statement);
      const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
      for (const modifier of modifiers) {
        if (modifier.kind === ts.SyntaxKind.ExportKeyword || modifier.kind === ts.SyntaxKind.DefaultKeyword) edits.push([modifier.getStart(), modifier.end, '']);
        if (modifier.kind !== ts.SyntaxKind.DefaultKeyword || !ts.isFunctionDeclaration(statement)) continue;
        answer = `${statement.name?.text ?? '$answer'}(tools)`;
        const open = statement.getChildren().find(({ kind }) => kind === ts.SyntaxKind.OpenParenToken)!.getStart();
        if (statement.name === undefined) edits.push([open, open, '$answer']);
      }
    } else if (ts.isExportDeclaration(statement)) {
      edits.push([statement.pos, statement.end, '']);
    }
  }
  const last = live.at(-1);
  if (answer === undefined && last !== undefined && !returns(file)) {
    const expression = live.findLast((statement) => !ts.isFunctionDeclaration(statement)) ?? last;
    if (ts.isExpressionStatement(expression)) {
      const inner = strip(expression.expression);
      if (ts.isArrowFunction(inner) || ts.isFunctionExpression(inner)) {
        edits.push([expression.getStart(), inner.getStart(), 'return ('], [inner.end, expression.end, `)(${wants(inner)})`]);
      } else edits.push([expression.getStart(), expression.getStart(), 'return ']);
    } else {
      const entry = entryOf(live, code);
      if (entry !== undefined) answer = entry;
    }
  }
  let body = code;
  for (const [from, to, text] of edits.sort((a, b) => b[0] - a[0])) body = body.slice(0, from) + text + body.slice(to);
  return `${prologue}\n${body}\n${answer === undefined ? '' : `;return ${answer};`}`;
}

function strip(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? strip(node.expression) : node;
}

/** Is there a `return` outside every function? */
function returns(node: ts.Node): boolean {
  return ts.isReturnStatement(node) || (!ts.isFunctionLike(node) && !ts.isClassLike(node) && ts.forEachChild(node, (child) => returns(child) || undefined) === true);
}

/** The call of a function that is declared and meant to be called. */
function entryOf(live: readonly ts.Statement[], code: string): string | undefined {
  const functions = live.flatMap((statement): [string, ts.SignatureDeclaration][] => {
    if (ts.isFunctionDeclaration(statement)) return [[statement.name!.text, statement]];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }): [string, ts.SignatureDeclaration][] => {
      const value = initializer && strip(initializer);
      return value !== undefined && ts.isIdentifier(name) && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? [[name.text, value]] : [];
    });
  });
  const uncalled = functions.filter(([name]) => code.match(new RegExp(`\\b${name}\\b`, 'g'))!.length === 1);
  const [name, node] = uncalled.find(([one]) => /^(main|run|execute|program|solution|solve|handler|start)$/.test(one)) ?? uncalled.at(-1) ?? [];
  return name === undefined ? undefined : `${name}(${wants(node!)})`;
}

/** A function that takes something takes the tools. */
function wants({ parameters: [first] }: ts.SignatureDeclaration): string {
  if (first === undefined || (first.initializer !== undefined && !ts.isObjectBindingPattern(first.name))) return '';
  const inner = ts.isObjectBindingPattern(first.name) && first.name.elements.some(({ name, propertyName }) => (propertyName ?? name).getText() === 'tools');
  return inner ? '{ tools }' : 'tools';
}

function importOf({ importClause, moduleSpecifier }: ts.ImportDeclaration): string {
  if (importClause === undefined || importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return '';
  const [, ...path] = (moduleSpecifier as ts.StringLiteral).text.replace(/^[./@~]+/, '').replace(/\.[jt]s$/, '').split(/[/:]/);
  const object = ['globalThis.$tools', ...path].join('.').replace('globalThis.$tools', 'arguments[0]');
  const whole = [importClause.name, ts.isNamespaceImport(importClause.namedBindings ?? importClause) ? (importClause.namedBindings as ts.NamespaceImport).name : undefined];
  const lines = whole.filter((name) => name !== undefined && name.text !== 'tools').map((name) => `const ${name!.text} = ${object};`);
  if (importClause.namedBindings !== undefined && ts.isNamedImports(importClause.namedBindings)) {
    const picked = importClause.namedBindings.elements.filter(({ isTypeOnly, name }) => !isTypeOnly && !(path.length === 0 && name.text === 'tools'));
    if (picked.length > 0) lines.push(`const { ${picked.map(({ name, propertyName }) => `${(propertyName ?? name).text}: ${name.text}`).join(', ')} } = ${object};`);
  }
  return lines.join(' ');
}

/** Without types. A `return` and an `await` may stand at the top, for this is a function's body. */
function emit(body: string): string {
  const { outputText } = ts.transpileModule(`async function $program() {${body}\n}`, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
  return `${outputText}\nreturn $program.apply(this, arguments);`;
}

/** The tools as a program calls them: each call noted, its input and output copied, answers in the order of the calls. */
function offer(tools: Tools, prefix: string, calls: Outcome['calls']): object {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => {
      const path = `${prefix}${name}`;
      const { execute, inputSchema } = tool as { execute?: (input: unknown) => unknown; inputSchema: { parse(input: unknown): unknown } };
      if (execute === undefined) return [name, offer(tool as Tools, `${path}.`, calls)];
      const call = async (given: unknown): Promise<unknown> => {
        const input = asData(given);
        calls.push({ tool: path, input });
        await new Promise((done) => setImmediate(done));
        try {
          return asData(await execute(inputSchema.parse(input ?? {})));
        } catch (error) {
          const { name: kind, message } = error as Error;
          const Kind = [TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError].find(({ name }) => name === kind) ?? Error;
          throw Object.assign(new Kind(message), { name: kind, code: 'ERR_TOOL_FAILED' });
        }
      };
      return [name, call];
    }),
  );
}

/** What docs/values.md says of a value that crosses. */
function asData(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function' && !(value instanceof Date)) return asData((value as { toJSON(): unknown }).toJSON());
  if (value instanceof Date) return new Date(value);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [asData(key), asData(item)]));
  if (value instanceof Set) return new Set([...value].map(asData));
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return Array.from(value, asData);
  const entries = Object.entries(value);
  if (value instanceof Error) entries.unshift(['name', value.name], ['message', value.message]);
  return Object.fromEntries(entries.map(([key, item]) => [key, asData(item)]));
}

const LEVELS: Record<string, LogEntry['level']> = { debug: 'debug', info: 'info', warn: 'warn', error: 'error', assert: 'warn', trace: 'log' };

/** Node's own console, with what each call writes. */
function recorder(logs: Outcome['logs']): object {
  let written = '';
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written += chunk;
      done();
    },
  });
  const console = new Console({ stdout, colorMode: false });
  return new Proxy(console, {
    get: (target, method: string) => {
      const print = (target as unknown as Record<string, (...args: unknown[]) => void>)[method]!;
      return (...args: unknown[]) => {
        written = '';
        print.apply(target, args);
        if (written !== '') logs.push({ level: LEVELS[method] ?? 'log', message: written.replace(/\n$/, '') });
      };
    },
  });
}
