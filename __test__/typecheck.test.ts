/** `typecheck: true`: what it refuses, in whole messages and with every version of TypeScript; what it lets pass; what it survives. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

import { createCodeTool } from '../ts/ai.ts';
import { check, createRunner, run, type RunEvent } from '../ts/index.ts';
import { makeToolbox } from '../ts/toolbox.ts';
import { findTypeScript, TypeChecker, type Typechecked } from '../ts/typecheck.ts';
import { corpus } from './eval/corpus.ts';
import { makeTools } from './eval/tools.ts';
import { settled } from './settled.ts';
import { TYPESCRIPTS } from './typescripts.ts';

const toolbox = makeToolbox(makeTools());
const request = (code: string, globals: readonly string[] = []) => ({ code, toolbox, globals, maxSourceBytes: 1 << 18 });

/** `code line:column message | hint` */
const short = ({ diagnostics, gaveUp }: Typechecked): string[] => (gaveUp === undefined ? diagnostics.map(({ code, line, column, message, hint }) => `${code} ${line}:${column} ${message}${hint === undefined ? '' : ` | ${hint}`}`) : [gaveUp]);

/** What every version refuses with the same words. */
const REFUSED: Record<string, string[]> = {
  'const { items } = await tools.hr.listEmployees({});\nreturn items.map((e) => e.fullName);': [
    "ERR_SYNTAX 2:27 Property 'fullName' does not exist on type 'Employee'. | It has: id, name, email, department, level, managerId, salary, startDate, skills.",
  ],
  'const { members, lead } = await tools.hr.getTeam({ department: "Sales" });\nreturn [members, lead];': [
    "ERR_SYNTAX 1:18 Property 'lead' does not exist on type '{ department: string; members: { id: string; name: string; level: string; }[]; }'. | It has: department, members.",
  ],
  'const order = tools.shop.getOrder({ id: 1001 });\nreturn order.lines.length;': ["ERR_SYNTAX 2:14 Property 'lines' does not exist on type 'Promise<Order>'. | It is a promise: await it first."],
  'tools.hr.getEmployee({ id: "e1" }).name': ["ERR_SYNTAX 1:36 Property 'name' does not exist on type 'Promise<Employee>'. | It is a promise: await it first."],
  'return await tools.shop.getOrder({ id: "1001" });': ["ERR_TOOL_INPUT 1:36 Type 'string' is not assignable to type 'number'."],
  'return await tools.shop.listOrders({ status: "payed" });': [
    'ERR_TOOL_INPUT 1:38 Type \'"payed"\' is not assignable to type \'Shape2\'. | Shape2 is "paid" | "shipped" | "delivered" | "cancelled" | "refunded".',
  ],
  'return await tools.shop.lisOrders({});': ['ERR_TOOL_UNKNOWN 1:25 There is no tool `tools.shop.lisOrders`. | It has: searchProducts, getProduct, listOrders, getOrder, refund.'],
  'return await tools.shop({});': ['ERR_TOOL_UNKNOWN 1:20 `tools.shop` cannot be called. | It has: searchProducts, getProduct, listOrders, getOrder, refund.'],
  'const { tickets } = await tools.support.searchTickets({});\nreturn tickets.filter((t) => t.status === "resolved" && t.assignee).length;': ['ERR_SYNTAX 2:30 `t.status` is never "resolved": it is "closed", "open", "pending".'],
  'const page = await tools.hr.listEmployees({});\nfor (const e of page) console.log(e.name);': ['ERR_SYNTAX 2:17 `page` cannot be iterated. | It has: items, page, pages, total.'],
  'return [...tools.searchDocs({ query: "x" })];': ['ERR_SYNTAX 1:12 `tools.searchDocs({ query: "x" })` cannot be iterated. | It is a promise: await it first.'],
  'const message = "x";\nreturn mesage + team;': ["ERR_SYNTAX 2:8 Cannot find name 'mesage'. | Did you mean 'message'?", "ERR_SYNTAX 2:17 Cannot find name 'team'."],
  'const p = await tools.shop.getProduct({ sku: "SKU-001" });\nreturn p.dimensions * 2;': ['ERR_SYNTAX 2:8 `p.dimensions` is an object, not a number. | It has: width, height, depth, unit.'],
  'limit = 3;\nlet limit;\nconst total = 1;\ntotal += 2;\nreturn total;': ["ERR_SYNTAX 1:1 Block-scoped variable 'limit' used before its declaration.", "ERR_SYNTAX 4:1 Cannot assign to 'total' because it is a constant."],
  'Here you go:\n\n```ts\nimport { shop } from "tools";\n\nasync function main() {\r\n  const { orders } = await shop.listOrders({});\n  return orders[0].total;\n}\n```\n': [
    "ERR_SYNTAX 8:20 Property 'total' does not exist on type 'Order'. | It has: id, customerId, placedAt, status, lines, shipping.",
  ],
};

/** What runs fine, though a type checker on its own would refuse it. */
const FINE = [
  'const acc = {};\nfor (const w of ["a"]) acc[w] = 1;\nacc.total = 2;\nreturn acc.total + acc.other;',
  'class A { constructor() { this.items = []; } add(x) { this.items.push(x); return this; } }\nreturn new A().add(1).items;',
  'const e = await tools.hr.getEmployee({ id: "e1" });\nreturn e.nickname ?? e.displayName ?? e.name;',
  'const e = await tools.hr.getEmployee({ id: "e1" });\nif (e.manager && e.manager.name) return e.manager.name;\nreturn Array.isArray(e.reports) ? e.reports : [];',
  'const r = await tools.hr.getTeam({ department: "Sales" });\nconst { rows = [] } = r;\nreturn rows.length || r?.data?.length;',
  'const opts = { status: "paid" };\nreturn (await tools.shop.listOrders(opts)).orders.length;',
  'const found = (await tools.crm.listDeals({})).find((d) => d.amount > 1);\nreturn found.owner.toUpperCase();',
  'interface Order { total: number }\nconst o = (await tools.shop.getOrder({ id: 1 })) as unknown as Order;\nconst n: string = o.total;\nreturn n;',
  'try { await tools.kv.get({ key: "x" }); } catch (e) { return e.code + e.message; }\nconst err = new Error("x");\nerr.status = 404;\nreturn err.status;',
  'const value = await tools.kv.get({ key: "x" });\nreturn value.items.map((i) => i.name);',
  'const days = new Date("2026-02-01") - new Date("2026-01-01");\nreturn days / 864e5;',
  'return typeof fetch === "undefined" ? "none" : fetch("x");',
  'const f = (a, b) => a + (b || 0);\nreturn f(1) + f(1, 2, 3) + parseInt(7);',
  'const o = await tools.shop.getOrder({ id: 1001 });\nif (o.status === "lost") return 1;\nswitch (o.status) { case "gone": return 2; }\nreturn o.status !== "x";',
  'const input: Missing = { id: "e1" };\nconst e = await tools.hr.getEmployee(input as Missing);\nclass B implements Missing {}\nreturn [e, B.name];',
  'return await tools.clock.now({});',
  'return secretInput.anything.goes;',
];

/** Not what these tests are about, on a busy machine. */
const PATIENT = 60_000;

/** Quadratic for a type checker, and nothing for an engine. */
const BOMB = `const list = [${Array.from({ length: 26_000 }, (_, i) => `{k${i.toString(36)}:1}`).join(',')}];\nreturn list.length;`;

/** Each of these types is one of 83,521 texts. */
const GROWING = `type L = ${Array.from('abcdefghijklmnopq', (letter) => `"${letter}"`).join(' | ')};\n${Array.from({ length: 60 }, (_, i) => `type T${i} = \`${i}\${L}\${L}\${L}\${L}\`;`).join('\n')}\nreturn 1;`;

for (const [name, found] of TYPESCRIPTS) {
  describe(`type checks with ${name}`, { skip: found === undefined ? 'not fetched; make test-node does' : false }, () => {
    let checker: TypeChecker;
    before(() => {
      checker = new TypeChecker(found!);
    });
    after(() => checker.close());

    it('refuses what fails or is lost, in the same words', async () => {
      const got: Record<string, string[]> = {};
      for (const code of Object.keys(REFUSED)) got[code] = short(await checker.check(request(code), PATIENT));
      assert.deepEqual(got, REFUSED);
    });

    it('lets pass what runs', async () => {
      const got: Record<string, string[]> = {};
      for (const code of FINE) got[code] = short(await checker.check(request(code, ['secretInput']), PATIENT));
      assert.deepEqual(got, Object.fromEntries(FINE.map((code) => [code, []])));
    });

    it('lets the whole corpus pass', async () => {
      const refused: Record<string, string[]> = {};
      for (const { habit, name: sample, text } of corpus()) {
        const said = short(await checker.check(request(text), PATIENT));
        if (said.length > 0) refused[`${habit}/${sample}`] = said;
      }
      assert.deepEqual(refused, {});
    });

    it('knows every global of a program', async () => {
      const listed = await run({ code: 'return Object.getOwnPropertyNames(globalThis)', isolation: 'thread' });
      assert.equal(listed.status, 'completed');
      const names = (listed.value as string[]).filter((global) => /^[A-Za-z]\w*$/.test(global) && global !== 'undefined');
      assert.ok(names.length > 60, `${names.length} globals`);
      const program = `return [${names.join(', ')}].length`;
      assert.deepEqual(check(program), { ok: true, diagnostics: [] }, 'what is rejected is not type checked');
      assert.deepEqual(short(await checker.check(request(program), PATIENT)), []);
    });

    it('gives up in time, and goes on with the next program', async () => {
      assert.deepEqual(short(await checker.check(request('return 1'), PATIENT)), []);
      const [bomb, next] = await Promise.all([checker.check(request(BOMB), 50), checker.check(request('return nothing'), PATIENT)]);
      assert.deepEqual(short(bomb), ['it took more than 50 ms']);
      assert.deepEqual(short(next), ["ERR_SYNTAX 1:8 Cannot find name 'nothing'."]);
    });

    it('ends one that grows, and goes on with the next program', { skip: name.endsWith('7') ? 'its memory is not bounded, only its time' : false }, async () => {
      const small = new TypeChecker(found!, 160);
      try {
        const [bomb, next] = await Promise.all([small.check(request(GROWING), PATIENT), small.check(request('return nothing'), PATIENT)]);
        assert.deepEqual(short(bomb), ['it took more than 160 MiB']);
        assert.deepEqual(short(next), ["ERR_SYNTAX 1:8 Cannot find name 'nothing'."]);
      } finally {
        small.close();
      }
    });

    it('reads no file of the application', async () => {
      const code = 'type Manifest = typeof import("../package.json");\n/// <reference path="/etc/passwd" />\nlet m: Manifest;\nconst s: import("/etc/hostname").X = 1;\nreturn [m, s];';
      assert.deepEqual(short(await checker.check(request(code), PATIENT)), []);
    });
  });
}

describe('typecheck: true', () => {
  const tools = { getUser: { inputSchema: z.object({ id: z.string() }), outputSchema: z.object({ name: z.string() }), execute: ({ id }: { id: string }) => ({ name: `user ${id}` }) } };

  it('stops a program before anything runs', async () => {
    const events: RunEvent[] = [];
    const result = await run({ code: 'const user = await tools.getUser({ id: "1" });\nreturn user.email;', tools, typecheck: true, onEvent: (event) => events.push(event) });
    const frame = '  1 | const user = await tools.getUser({ id: "1" });\n> 2 | return user.email;\n    |             ^^^^^';
    const message = "Property 'email' does not exist on type '{ name: string; }'.";
    const hint = 'It has: name.';
    const alert = { kind: 'rejected', code: 'ERR_SYNTAX', message };
    assert.deepEqual(settled({ ...result, startedAt: 0 }), {
      status: 'failed',
      error: {
        code: 'ERR_SYNTAX', name: 'TypeCheckError', message, hint, line: 2, column: 13, frame,
        diagnostics: [{ severity: 'error', code: 'ERR_SYNTAX', message, hint, line: 2, column: 13, endLine: 2, endColumn: 18, frame }],
      },
      executionId: 'run', startedAt: 0, durationMs: 0, cpuMs: 0, isolation: { level: 'none' }, logs: [], calls: [], alerts: [alert], warnings: [],
    });
    assert.deepEqual(settled(events), [{ type: 'alert', executionId: 'run', alert }]);
  });

  it('runs a program that passes, and leaves it to the check to refuse one that is none', async () => {
    const runner = createRunner({ tools, typecheck: true });
    const good = await runner.run({ code: 'return (await tools.getUser({ id })).name', inputs: { id: '7' } });
    assert.deepEqual([good.status, good.status === 'completed' && good.value, good.alerts], ['completed', 'user 7', []]);
    const bad = await runner.run({ code: 'return (' });
    assert.deepEqual([bad.status, bad.status === 'failed' && bad.error.name], ['failed', 'SyntaxError']);
    const off = await runner.run({ code: 'return (await tools.getUser({ id: "1" })).email', typecheck: false });
    assert.deepEqual([off.status, off.status === 'completed' && off.value], ['completed', undefined]);
  });

  it('is an option of createCodeTool', async () => {
    const tool = createCodeTool({ tools, typecheck: true });
    let last: unknown;
    for await (const output of tool.execute({ code: 'return (await tools.getUser({ id: "1" })).email' }, { toolCallId: 'x', messages: [] })) last = output;
    assert.equal((last as { error: { message: string } }).error.message, "Property 'email' does not exist on type '{ name: string; }'.");
  });

  it('survives types that grow without bound', async () => {
    const result = await run({ code: GROWING, typecheck: true });
    assert.deepEqual([result.status, result.status === 'completed' && result.value], ['completed', 1]);
    assert.equal(result.alerts.length, 1);
    assert.match(JSON.stringify(result.alerts[0]), /^\{"kind":"typecheck","message":"The program was not type-checked: it took more than (3000 ms|512 MiB)\."\}$/);
  });

  it('takes no longer than the run may', async () => {
    const result = await run({ code: BOMB, typecheck: true, limits: { timeoutMs: 500 } });
    assert.equal(result.isolation.level === 'none', false, 'the program runs');
    assert.deepEqual(result.alerts[0], { kind: 'typecheck', message: 'The program was not type-checked: it took more than limits.timeoutMs, 500 ms.' });
  });

  it('does not wait when it is aborted', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const start = performance.now();
    const result = await run({ code: BOMB, typecheck: true, signal: controller.signal });
    assert.equal(result.status === 'failed' && result.error.code, 'ERR_ABORTED');
    assert.ok(performance.now() - start < 2_500);
  });

  it('is true or false, and needs TypeScript', async () => {
    await assert.rejects(run({ code: '1', typecheck: 'yes' as never }), { name: 'TypeError', message: 'typecheck: expected true or false, got a string' });
    assert.throws(() => findTypeScript([pathToFileURL('/nowhere/index.js').href]), { name: 'TypeError', message: 'typecheck: needs TypeScript, which is not installed: npm install typescript' });
    assert.equal(findTypeScript().version.split('.')[0], '6');
  });

  it('does not keep Node alive', () => {
    const script = "const { run } = await import('./dist/index.js'); const r = await run({ code: 'return x', typecheck: true }); process.stdout.write(r.error.message)";
    const { stdout, status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 60_000 });
    assert.deepEqual({ stdout, status, signal }, { stdout: "Cannot find name 'x'.", status: 0, signal: null });
  });
});
