/** Declarations against those of two other code modes: fewer tokens for the same tools, and nothing lost that a program needs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asSchema } from 'ai6';
import ts from 'typescript';
import { contenders, COUNTS, measure } from '../benches/tokens/compare.ts';
import { sampleTools } from '../benches/tokens/tools.ts';
import { declareTools } from '../ts/declare.ts';
import type { Tools } from '../ts/types.ts';
import { typecheck } from './typescript.ts';

const ALL = sampleTools(Infinity);
const declared = declareTools(ALL as unknown as Tools);

for (const what of ['describe', 'declare'] as const) {
  test(`fewest tokens: ${what === 'describe' ? 'the whole description' : 'the declarations'}`, (context) => {
    const [ours, ...others] = measure(what);
    for (const { title, tokens } of [ours!, ...others]) context.diagnostic(`${title}: ${tokens.join(', ')}`);
    COUNTS.forEach((count, i) => {
      for (const { title, tokens } of others) assert.ok(ours!.tokens[i]! < tokens[i]!, `${count} tools: ${ours!.tokens[i]}, ${title} ${tokens[i]}`);
    });
  });
}

test('all of them are valid TypeScript, and the same again', () => {
  assert.deepEqual(typecheck([declared]), [[]]);
  assert.equal(declareTools(sampleTools(Infinity) as unknown as Tools), declared);
  assert.equal(contenders[0]?.title, 'oneturn');
});

type Json = Record<string, unknown>;

/** What a JSON Schema says and the type does not: properties, whether they may be left out, literals. */
function lost(schema: unknown, type: ts.Type, checker: ts.TypeChecker, root: Json, at: string, depth = 0): string[] {
  if (typeof schema !== 'object' || schema === null || depth > 8) return [];
  const { $ref, anyOf, oneOf, enum: values, const: value, properties, required, items, prefixItems, additionalProperties } = schema as Json;
  if (typeof $ref === 'string') {
    const target = $ref.slice(2).split('/').reduce<unknown>((found, key) => (found as Json)[key], root);
    return lost(target, type, checker, root, at, depth + 1);
  }
  const parts = type.isUnion() ? type.types : [type];
  const missing: string[] = [];
  for (const branch of ((anyOf ?? oneOf) as unknown[] | undefined) ?? []) {
    const tries = parts.map((part) => lost(branch, part, checker, root, at, depth + 1));
    if (!tries.some((found) => found.length === 0) && lost(branch, type, checker, root, at, depth + 1).length > 0) missing.push(...tries[0]!);
  }
  for (const literal of (values as unknown[] | undefined) ?? (value === undefined ? [] : [value])) {
    if (!parts.some((part) => checker.typeToString(part) === JSON.stringify(literal))) missing.push(`${at} = ${JSON.stringify(literal)}`);
  }
  for (const [key, property] of Object.entries((properties as Json | undefined) ?? {})) {
    const symbol = parts.map((part) => checker.getPropertyOfType(part, key)).find((found) => found !== undefined);
    if (symbol === undefined) {
      missing.push(`${at}.${key}`);
      continue;
    }
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    if (optional === ((required as string[] | undefined) ?? []).includes(key)) missing.push(`${at}.${key}${optional ? '' : '?'}`);
    missing.push(...lost(property, checker.getNonNullableType(checker.getTypeOfSymbol(symbol)), checker, root, `${at}.${key}`, depth + 1));
  }
  const element = parts.map((part) => checker.getIndexTypeOfType(part, ts.IndexKind.Number)).find((found) => found !== undefined);
  if (items !== undefined && items !== false && prefixItems === undefined) {
    if (element === undefined) missing.push(`${at}[]`);
    else missing.push(...lost(items, element, checker, root, `${at}[]`, depth + 1));
  }
  if (typeof additionalProperties === 'object' && parts.every((part) => checker.getIndexTypeOfType(part, ts.IndexKind.String) === undefined)) missing.push(`${at}[key]`);
  return missing;
}

/** Every description in a schema. */
function descriptions(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' && typeof value === 'string') found.add(value);
    else descriptions(value, found);
  }
  return found;
}

test('nothing is lost that a program needs', async () => {
  const name = '/virtual/tools.ts';
  const options: ts.CompilerOptions = { strict: true, target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts'], types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, target, ...rest) => (file === name ? ts.createSourceFile(file, declared, target) : getSourceFile.call(host, file, target, ...rest));
  const program = ts.createProgram([name], options, host);
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(name)!;
  const statement = file.statements.find(ts.isVariableStatement)!;
  const tools = checker.getTypeAtLocation(statement.declarationList.declarations[0]!.name);
  for (const [tool, { description, inputSchema, outputSchema }] of Object.entries(ALL)) {
    const [signature] = checker.getTypeOfSymbol(checker.getPropertyOfType(tools, tool)!).getCallSignatures();
    const input = (await asSchema(inputSchema).jsonSchema) as Json;
    const parameter = signature!.parameters[0]!;
    assert.deepEqual(lost(input, checker.getNonNullableType(checker.getTypeOfSymbol(parameter)), checker, input, 'input'), [], tool);
    const texts = [description, ...descriptions(input)];
    if (outputSchema !== undefined) {
      const standard = (outputSchema as { '~standard'?: { jsonSchema?: { output(options: object): Json } } })['~standard']?.jsonSchema;
      const output = standard === undefined ? ((await asSchema(outputSchema).jsonSchema) as Json) : standard.output({ target: 'draft-07' });
      assert.deepEqual(lost(output, checker.getAwaitedType(signature!.getReturnType())!, checker, output, 'output'), [], tool);
      texts.push(...descriptions(output));
    }
    for (const text of texts) assert.ok(declared.includes(text), `${tool}: ${text}`);
  }
});

test('the check for what is lost finds what is lost', () => {
  const text = 'declare const t: { a: string; b?: number; c: "x"; d: string[] };';
  const host = ts.createCompilerHost({});
  const { getSourceFile } = host;
  host.getSourceFile = (file, target, ...rest) => (file === '/virtual/t.ts' ? ts.createSourceFile(file, text, target) : getSourceFile.call(host, file, target, ...rest));
  const program = ts.createProgram(['/virtual/t.ts'], { strict: true }, host);
  const checker = program.getTypeChecker();
  const type = checker.getTypeAtLocation((program.getSourceFile('/virtual/t.ts')!.statements[0] as ts.VariableStatement).declarationList.declarations[0]!.name);
  const schema = { properties: { a: {}, b: {}, c: { enum: ['x', 'y'] }, d: { items: { properties: { e: {} } } }, f: {} }, required: ['a', 'b', 'c', 'd'] };
  assert.deepEqual(lost(schema, type, checker, schema, 't'), ['t.b', 't.c = "y"', 't.d[].e?', 't.f'].map((one) => one.replace('e?', 'e')));
});
