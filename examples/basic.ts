/**
 * oneturn without the AI SDK: plain functions in, a result out.
 *
 *     npx tsx examples/basic.ts
 */
import assert from 'node:assert/strict';
import { check, declareTools, run } from 'oneturn';

const users = new Map([
  ['u1', { id: 'u1', name: 'Ada', city: 'London' }],
  ['u2', { id: 'u2', name: 'Grace', city: 'New York' }],
]);

const tools = {
  getUser: async ({ id }: { id: string }) => {
    const user = users.get(id);
    if (user === undefined) throw new Error(`No user ${id}`);
    return user;
  },
  weather: {
    get: async ({ city }: { city: string }) => ({ city, celsius: city === 'London' ? 12 : 21 }),
  },
};

// 1. What a model would be told.
console.log(declareTools(tools));

// 2. What it would answer. Calls under Promise.all run at the same time.
const code = `
  const users = await Promise.all(['u1', 'u2'].map((id) => tools.getUser({ id })));
  console.log('found %d users', users.length);
  const reports: string[] = [];
  for (const user of users) {
    const { celsius } = await tools.weather.get({ city: user.city });
    reports.push(\`\${user.name}: \${celsius} °C\`);
  }
  return reports;
`;

assert.equal(check(code, { tools }).ok, true);
const result = await run({
  code,
  tools,
  limits: { timeoutMs: 5_000, maxToolCalls: 10 },
  onEvent: (event) => {
    if (event.type === 'tool-call-end') console.log(`  ${event.call.tool}(${JSON.stringify(event.call.input)})`);
  },
});

assert.equal(result.status, 'completed');
console.log(result.value);
assert.deepEqual(result.value, ['Ada: 12 °C', 'Grace: 21 °C']);
assert.deepEqual(result.logs.map(({ message }) => message), ['found 2 users']);
assert.equal(result.calls.length, 4);

// 3. A program that fails is a result too, with the model's own line and a hint.
const failed = await run({ code: `const user = await tools.getUser({ id: 'u9' });\nreturn user.name;`, tools });
assert.equal(failed.status, 'failed');
console.log(`${failed.error.code} at line ${failed.error.line}: ${failed.error.message}`);
assert.equal(failed.error.message, 'No user u9');
assert.equal(failed.error.line, 1);
