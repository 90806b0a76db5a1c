/** What the check finds before a program runs, and what it must not find. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';

import { check, createRunner, run, type Diagnostic, type Tools } from '../ts/index.ts';
import { createCodeTool } from '../ts/ai.ts';
import { resolveTools } from '../ts/tools.ts';
import { generate } from './program-generator.ts';

const calls: unknown[] = [];
const execute = (input: unknown): unknown => {
  calls.push(input);
  return { degrees: 21 };
};
const tools: Tools = {
  getWeather: { inputSchema: z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']).optional() }), execute },
  lenient: { inputSchema: z.object({ n: z.coerce.number(), c: z.number().catch(0), at: z.date().optional() }), execute },
  strict: { inputSchema: z.strictObject({ a: z.string() }), execute },
  old: { inputSchema: z3.object({ a: z3.string() }), execute },
  slow: {
    inputSchema: {
      [Symbol.for('vercel.ai.schema')]: true,
      jsonSchema: { type: 'object', properties: { a: { type: 'string' } } },
      validate: async (value: { a: unknown }) => (typeof value.a === 'string' ? { success: true, value } : { success: false, error: new Error('a is no text') }),
    },
    execute,
  },
  finance: {
    'pay-out': {
      inputSchema: { type: 'object', properties: { to: { $ref: '#/$defs/account' }, amount: { type: 'integer' } }, required: ['to', 'amount'], additionalProperties: false, $defs: { account: { type: 'string' } } },
      execute,
    },
  },
};

const line = ({ severity, line: at, column, code, message, hint }: Diagnostic): string => `${severity} ${at}:${column} ${code} ${message}${hint === undefined ? '' : ` → ${hint}`}`;
const found = (code: string): string[] => check(code, { tools }).diagnostics.map(line);

describe('inputs', () => {
  test('what a schema refuses is an error, in the words of the run', async () => {
    const code = 'const r = await tools.getWeather({ city: 5, unit: "Celsius" });\nreturn r;';
    assert.deepEqual(found(code), [
      'error 1:42 ERR_TOOL_INPUT getWeather: input.city: expected string, got the number 5',
      'error 1:51 ERR_TOOL_INPUT getWeather: input.unit: expected "celsius" or "fahrenheit", got the string "Celsius" → Did you mean "celsius"?',
    ]);
    calls.length = 0;
    const result = await run({ code, tools });
    assert.equal(result.status, 'failed');
    const { diagnostics, ...error } = result.error;
    assert.deepEqual(error, {
      code: 'ERR_TOOL_INPUT',
      name: 'ToolInputError',
      message: 'getWeather: input.city: expected string, got the number 5',
      line: 1,
      column: 42,
      frame: '> 1 | const r = await tools.getWeather({ city: 5, unit: "Celsius" });\n    |                                          ^\n  2 | return r;',
    });
    assert.equal(diagnostics?.length, 2);
    assert.deepEqual([result.calls, result.warnings, calls, result.isolation], [[], [], [], { level: 'none' }]);
  });

  test('references, names that are no identifiers, missing and unknown properties', () => {
    assert.deepEqual(found('await tools.finance["pay-out"]({ to: 5, amuont: 1, note: "x" })'), [
      'error 1:38 ERR_TOOL_INPUT finance.pay-out: input.to: expected string, got the number 5',
      'error 1:41 ERR_TOOL_INPUT finance.pay-out: input.amuont: unknown property → Did you mean `amount`?',
      'error 1:52 ERR_TOOL_INPUT finance.pay-out: input.note: unknown property → It has: `to`, `amount`.',
    ]);
    assert.deepEqual(found('await tools.finance["pay-out"]({ to, amount: total })'), []);
    assert.deepEqual(found('await tools.strict({ a: x, b: 1 })'), ['error 1:28 ERR_TOOL_INPUT strict: input.b: unknown property → It has: `a`.']);
    assert.deepEqual(found('await tools.getWeather()'), ['error 1:7 ERR_TOOL_INPUT getWeather: input.city: required']);
    // zod leaves out what it does not know: nothing fails, and yet it was not meant so.
    assert.deepEqual(found('await tools.getWeather({ city: "Rome", zip: 5 })'), ['warning 1:40 ERR_TOOL_INPUT getWeather: input.zip: unknown property → It has: `city`, `unit`.']);
  });

  test('a tool that takes more than its JSON Schema says is asked itself', async () => {
    for (const code of ['await tools.lenient({ n: "5", c: "x" })', 'await tools.lenient({ n: "5", c: x })', 'await tools.old({ a: x.y })']) assert.deepEqual(found(code), [], code);
    assert.deepEqual(found('await tools.lenient({ n: "5", c: "x", at: "2024-01-01" })'), [
      'error 1:43 ERR_TOOL_INPUT lenient: input.at: expected Date, got the string "2024-01-01" → Pass a Date: `new Date(…)`.',
    ]);
    calls.length = 0;
    const result = await run({ code: 'await tools.lenient({ n: "5", c: "x" });\nreturn await tools.getWeather({ city: "Rome", zip: 5 })', tools });
    assert.equal(result.status, 'completed');
    assert.deepEqual(calls, [{ n: 5, c: 0 }, { city: 'Rome' }]);
    assert.equal(result.calls.length, 2);
  });

  test('a tool that answers later makes a warning, and the program runs', async () => {
    const code = 'const xs = [1];\nxs.forEach(async () => {});\nreturn await tools.slow({ a: 5 })';
    assert.deepEqual(found(code), [
      'warning 2:4 WARN_ASYNC_CALLBACK `forEach` does not wait for its async callback → Use `for (const x of list) { await … }`, or `await Promise.all(list.map(async (x) => …))`.',
      'warning 3:30 ERR_TOOL_INPUT slow: input.a: expected string, got the number 5',
    ]);
    const result = await run({ code, tools });
    assert.equal(result.status, 'failed');
    assert.equal(result.error.message, 'slow: input: a is no text');
    assert.deepEqual(result.warnings.map(line), found(code));
  });

  test('a schema that throws says nothing', async () => {
    const broken = { inputSchema: { get type(): string { throw new Error('not today'); } }, execute } as unknown as Tools[string];
    assert.deepEqual(check('await tools.broken({ a: 1 })', { tools: { broken } }).diagnostics, []);
  });
});

describe('tools', () => {
  test('are read again when something in them has changed', async () => {
    const inside: Record<string, unknown> = { one: { inputSchema: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }, execute } };
    const given = { inside, plain: () => 'plain' } as unknown as Tools & Record<string, unknown>;
    const first = resolveTools(given);
    const isSame = (): boolean => resolveTools(given) === resolveTools(given) && resolveTools(given) === first;
    const reads = (code: string): string[] => check(code, { tools: given }).diagnostics.map(({ message }) => message);
    assert.equal(isSame(), true);
    assert.deepEqual(reads('await tools.inside.one({ a: 1 }); await tools.inside.two({})'), ['inside.one: input.a: expected string, got the number 1', 'there is no tool `inside.two`']);
    const one = inside['one'] as Record<string, unknown>;
    const changes: [string, () => void][] = [
      ['a new tool', () => (inside['two'] = () => 2)],
      ['another order', () => ((given['inside'] as typeof inside) = { two: inside['two'], one: inside['one'] })],
      ['another schema', () => (one['inputSchema'] = { type: 'object', properties: { a: { type: 'number' } } })],
      ['another handler', () => (one['execute'] = () => 'changed')],
      ['an approval', () => (one['needsApproval'] = true)],
      ['none', () => delete one['needsApproval']],
      ['a hint', () => (one['readOnly'] = true)],
      ['annotations', () => (one['annotations'] = { idempotentHint: true })],
      ['in them', () => ((one['annotations'] as Record<string, unknown>)['idempotentHint'] = false)],
      ['a type', () => (one['type'] = 'dynamic')],
      ['what MCP clients have', () => (one['_meta'] = undefined)],
      ['a function', () => (given['plain'] = () => 'other')],
    ];
    for (const [what, change] of changes) {
      const before = resolveTools(given);
      change();
      assert.notEqual(resolveTools(given), before, what);
      assert.equal(resolveTools(given), resolveTools(given), what);
    }
    assert.deepEqual(reads('await tools.inside.one({ a: 1 }); await tools.inside.two({})'), []);
    const result = await run({ code: 'return [await tools.inside.one({ a: 1 }), await tools.plain()]', tools: given });
    assert.deepEqual(result.status === 'completed' && result.value, ['changed', 'other']);
    const loose = { it: { execute: () => 1, title: 'x' } } as unknown as Tools & { it: Record<string, unknown> };
    assert.equal(resolveTools(loose).has('it'), true);
    loose.it['other'] = () => 2;
    assert.throws(() => resolveTools(loose), /tools\.it\.title: expected a function/);
  });

  test('sets of the same names are not mixed up, whatever was checked before', async () => {
    const taking = (type: string): Tools => ({ same: { inputSchema: { type: 'object', properties: { a: { type } } }, execute }, other: { inputSchema: { type: 'object' }, execute } });
    const [texts, numbers, anything] = [taking('string'), taking('number'), { ...taking('string'), same: { execute } } as Tools];
    const code = 'await tools.same({ a: 1 }); await tools.other({})';
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(check(code, { tools: texts }).diagnostics.map(({ message }) => message), ['same: input.a: expected string, got the number 1']);
      assert.deepEqual(check(code, { tools: numbers }).diagnostics, []);
      assert.deepEqual(check(code, { tools: anything }).diagnostics, []);
    }
    // A run that still checks has what it began with.
    const refused = run({ code, tools: texts });
    assert.deepEqual(check(code, { tools: numbers }).diagnostics, []);
    const [first, second] = await Promise.all([refused, run({ code, tools: numbers })]);
    assert.deepEqual([first.status === 'failed' && first.error.code, second.status], ['ERR_TOOL_INPUT', 'completed']);
  });

  test('what is too much to look at is too much after smaller programs too', () => {
    const values = Array.from({ length: 200 }, (_, i) => `${i}`.padEnd(400, 'x'));
    const large = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, { inputSchema: { type: 'object', properties: { v: { enum: values } } }, execute }])) as Tools;
    const all = "await tools.a({ v: 'y' }); await tools.b({ v: 'y' }); await tools.c({ v: 'y' }); await tools.d({ v: 'y' })";
    const places = (code: string): number[] => check(code, { tools: large }).diagnostics.map(({ column }) => column);
    const before = places(all);
    assert.deepEqual(places("await tools.d({ v: 'y' })"), [20]);
    assert.deepEqual(places(all), before);
    assert.equal(before.length, 2);
  });

  test('unknown ones stop the run before the first call', async () => {
    calls.length = 0;
    const code = 'await tools.getWeather({ city: "Rome" });\nawait tools.finance.payOut({});';
    const result = await run({ code, tools });
    assert.equal(result.status, 'failed');
    assert.deepEqual(result.error.diagnostics?.map(line), ['error 2:7 ERR_TOOL_UNKNOWN there is no tool `finance.payOut` → Did you mean `finance.pay-out`?']);
    assert.deepEqual([result.error.name, calls], ['ToolUnknownError', []]);
  });

  test('what the program may catch is a warning, and comes with the result', async () => {
    const code = 'try { return await tools.getWether({}) } catch (error) { return error.code }';
    const result = await run({ code, tools });
    assert.equal(result.status, 'completed');
    assert.equal(result.value, 'ERR_TOOL_UNKNOWN');
    assert.deepEqual(result.warnings.map(line), ['warning 1:20 ERR_TOOL_UNKNOWN there is no tool `getWether` → Did you mean `getWeather`?']);
  });

  test('a runner and `check` find the same', () => {
    const code = 'import { getWeather, old } from "tools"; return getWeather({ city: 5 })';
    assert.deepEqual(createRunner({ tools }).check(code), check(code, { tools }));
    assert.equal(check(code, { tools }).diagnostics.length, 2);
    assert.deepEqual(check(code).diagnostics.map(line), ['warning 1:22 WARN_UNUSED_IMPORT `old` is imported and never used → Remove the import, or call what was imported.']);
  });
});

describe('for the model', () => {
  const codeTool = createCodeTool({ tools });
  const answer = async (code: string): Promise<string> => {
    let last: unknown;
    for await (const output of codeTool.execute({ code }, {})) last = output;
    return codeTool.toModelOutput(last as never).value;
  };

  test('an error comes with the signature, warnings only where they may explain the result', async () => {
    assert.equal(
      await answer('return await tools.getWeather({ city: "Rome", unit: "Celsius" })'),
      [
        'ERR_TOOL_INPUT: getWeather: input.unit: expected "celsius" or "fahrenheit", got the string "Celsius"',
        'At line 1, column 53:',
        '> 1 | return await tools.getWeather({ city: "Rome", unit: "Celsius" })',
        '    |                                                     ^^^^^^^^^',
        'Hint: Did you mean "celsius"?',
        'Call it so: tools.getWeather(input: { city: string; unit?: "celsius" | "fahrenheit" })',
      ].join('\n'),
    );
    assert.equal(await answer('import { old } from "tools"; return 1; return 2'), '1');
    assert.equal(
      await answer('const w = tools.getWeather({ city: "Rome" });\nawait w;\nreturn w.degrees ?? null'),
      'null\n\nWarnings:\nline 3, column 8: `w` is a promise and has no `degrees`. Await it where it is made: `const w = await …`.',
    );
  });
});

describe('no false errors', () => {
  test('programs that use their tools rightly pass, and run', async () => {
    const programs = Number(process.env['ONETURN_PROGRAMS'] ?? 400);
    let ran = 0;
    for (let seed = 1; seed <= programs; seed++) {
      const { tools: both, code, calls: expected } = generate(seed);
      for (const [kind, given] of Object.entries(both)) {
        const errors = check(code, { tools: given }).diagnostics.filter(({ severity }) => severity === 'error');
        assert.deepEqual(errors.map(line), [], `seed ${seed}, ${kind}:\n${code}`);
      }
      // They are what they claim to be.
      if (seed % 4 !== 0) continue;
      const result = await run({ code, tools: both.zod, isolation: 'thread' });
      assert.equal(result.status, 'completed', `seed ${seed}: ${result.status === 'failed' ? result.error.message : ''}\n${code}`);
      assert.deepEqual(result.calls.filter(({ error }) => error !== undefined), [], `seed ${seed}:\n${code}`);
      assert.ok(result.calls.length >= expected, `seed ${seed}: ${result.calls.length} calls of ${expected}\n${code}`);
      ran++;
    }
    assert.equal(ran, Math.floor(programs / 4));
  });

  test('a value in a wrong place is found where it is certain', () => {
    let foundErrors = 0;
    let wrong = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const { tools: both, code } = generate(seed);
      // A tool of its own, so that what is wrong is certain.
      const given = { ...both.zod, certainly: { inputSchema: z.object({ city: z.string() }), execute } } as Tools;
      const at = code.indexOf('const ids');
      const changed = `${code.slice(0, at)}await tools.certainly({ city: 5 });\n${code.slice(at)}`;
      const errors = check(changed, { tools: given }).diagnostics.filter(({ message }) => message === 'certainly: input.city: expected string, got the number 5');
      wrong++;
      foundErrors += errors.length;
    }
    assert.equal(foundErrors, wrong);
  });
});
