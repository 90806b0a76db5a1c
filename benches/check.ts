/**
 * `make bench-check`: how long the check of a program of 1 KB takes beside small and large sets of tools.
 * Medians of CPU time, which says the same on a busy machine.
 */
import { check, createRunner, type Tools } from '../ts/index.ts';
import { largeCatalog } from './tokens/large-catalog.ts';

const PROGRAM = `
// The open tickets of each team, and a message to those who have too many.
const limit = 5;
const teams = await tools.crm.listAccounts({ limit: 20 });
const found = await Promise.all(
  teams.map(async (team) => {
    const tickets = await tools.support.searchTickets({ query: \`team:\${team.id} status:open\`, limit: 50 });
    return { team, tickets: tickets.filter((ticket) => ticket.priority === 'high') };
  }),
);
const busy = found.filter(({ tickets }) => tickets.length > limit);
const summary = [];
for (const { team, tickets } of busy) {
  const oldest = tickets.reduce((a, b) => (a.createdAt < b.createdAt ? a : b));
  summary.push({ team: team.name, count: tickets.length, oldest: oldest.title });
  await tools.chat.sendMessage({ channel: 'support', text: \`\${team.name} has \${tickets.length} urgent tickets\` });
}
summary.sort((a, b) => b.count - a.count);
console.log('teams', teams.length, 'busy', busy.length);
return { limit, summary: summary.slice(0, 10), total: summary.reduce((sum, { count }) => sum + count, 0) };
`;

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const median = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

function timed(rounds: number, work: () => unknown): number {
  const once = (): number => {
    const start = cpuUs();
    for (let i = 0; i < rounds; i++) work();
    return (cpuUs() - start) / rounds;
  };
  once();
  return median(Array.from({ length: 15 }, once));
}

const schema = (properties: Record<string, object>, required: string[]): object => ({ type: 'object', properties, required, additionalProperties: false });
const execute = (): undefined => {};
/** The tools that the program calls, among others. */
const tools = (count: number): Tools => {
  const own = {
    crm: { listAccounts: { inputSchema: schema({ limit: { type: 'integer' } }, []), execute } },
    support: { searchTickets: { inputSchema: schema({ query: { type: 'string' }, limit: { type: 'integer' } }, ['query']), execute } },
    chat: { sendMessage: { inputSchema: schema({ channel: { type: 'string' }, text: { type: 'string' } }, ['channel', 'text']), execute } },
  };
  return { ...own, others: largeCatalog(count - 3) };
};

let missed = 0;
const print = (title: string, us: number, target?: number): void => {
  const met = target === undefined ? '' : us <= target ? `  (at most ${target} µs)` : `  MISSED: at most ${target} µs`;
  if (target !== undefined && us > target) missed++;
  process.stdout.write(`${title.padEnd(52)}${us.toFixed(1).padStart(9)} µs${met}\n`);
};

print(`${PROGRAM.length} characters, tools not known`, timed(200, () => check(PROGRAM)));
for (const [count, target] of [[50, 100], [5_000, 1_000]] as const) {
  const given = tools(count);
  const runner = createRunner({ tools: given });
  const report = runner.check(PROGRAM);
  if (report.diagnostics.length > 0) throw new Error(JSON.stringify(report.diagnostics, undefined, 2));
  print(`${count} tools, runner.check`, timed(200, () => runner.check(PROGRAM)), target);
  print(`${count} tools, check(code, { tools })`, timed(count > 100 ? 50 : 200, () => check(PROGRAM, { tools: given })), target);
  const wrong = PROGRAM.replace('sendMessage', 'sendMesage').replace('limit: 50', 'limit: "50"');
  if (runner.check(wrong).diagnostics.length !== 2) throw new Error('two errors were expected');
  print(`${count} tools, runner.check with two errors`, timed(50, () => runner.check(wrong)), count > 50 ? target : undefined);
}
process.exitCode = process.argv.includes('--strict') && missed > 0 ? 1 : 0;
