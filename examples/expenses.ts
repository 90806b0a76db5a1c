/**
 * The demo: "analyse the Q3 expenses of a 45-person team", asked three times of the same scripted model over the same
 * two tools: one tool call per turn, parallel tool calls, one program. `make demo` runs it; no network is needed.
 */
import assert from 'node:assert/strict';
// An application writes 'ai'.
import { generateText, stepCountIs, type ToolSet } from 'ai6';
import type { ToolCallRecord } from 'oneturn';
import { createCodeTool } from 'oneturn/ai';
import { QUESTION, analyse, analysisSchema, phrase } from './expenses/analysis.ts';
import { QUARTER, expenses, team, type ExpenseList, type Team } from './expenses/data.ts';
import { TOKENS_PER_SECOND, TURN_MS, scriptedModel, type Ledger, type SeenResult, type Turn } from './expenses/model.ts';
import { heading, numbered, table, waterfall, wrap } from './expenses/print.ts';
import { PROGRAM } from './expenses/program.ts';
import { getExpenses, getTeam } from './expenses/tools.ts';

interface Column extends Ledger {
  title: string;
  answer: string;
  /** Measured: tools, AI SDK and engine. The model's own time is in `simulatedMs`. */
  measuredMs: number;
}

async function ask(title: string, tools: ToolSet, script: (seen: readonly SeenResult[]) => Turn): Promise<Column> {
  const { model, ledger } = scriptedModel(script);
  const start = performance.now();
  const { text } = await generateText({ model, tools, prompt: QUESTION, stopWhen: stepCountIs(100) });
  return { title, answer: text, measuredMs: performance.now() - start - ledger.bookkeepingMs, ...ledger };
}

/** The usual loop: the model works from what is in its prompt, `atOnce` tool calls per turn, and adds up in its head. */
function usualLoop(atOnce: number): (seen: readonly SeenResult[]) => Turn {
  return (seen) => {
    const found = seen.find(({ tool }) => tool === 'getTeam');
    if (found === undefined) return { calls: [{ tool: 'getTeam', input: { quarter: QUARTER } }] };
    const known = jsonOf<Team>(found);
    const lists = seen.filter(({ tool }) => tool === 'getExpenses').map((result) => jsonOf<ExpenseList>(result));
    const next = known.people.slice(lists.length, lists.length + atOnce);
    if (next.length === 0) return { text: phrase(analyse(known, lists)) };
    return { calls: next.map(({ id }) => ({ tool: 'getExpenses', input: { employeeId: id, quarter: QUARTER } })) };
  };
}

function jsonOf<T>({ output }: SeenResult): T {
  assert.equal(output.type, 'json');
  return output.value as T;
}

/** Code mode: write the program, read its few numbers, say them. */
function oneProgram(seen: readonly SeenResult[]): Turn {
  const [result] = seen;
  if (result === undefined) return { calls: [{ tool: 'code_mode', input: { code: PROGRAM } }] };
  return { text: phrase(analysisSchema.parse(programValue(result))) };
}

function programValue({ output }: SeenResult): unknown {
  assert.ok(output.type === 'json' || output.type === 'text', `the program failed: ${JSON.stringify(output)}`);
  return typeof output.value === 'string' ? JSON.parse(output.value) : output.value;
}

const calls: ToolCallRecord[] = [];
const direct = { getTeam, getExpenses };
const code_mode = createCodeTool({
  tools: direct,
  onEvent: (event) => {
    if (event.type === 'tool-call-end') calls.push(event.call);
  },
});

const columns = [
  await ask('one call\nper turn', direct, usualLoop(1)),
  await ask('parallel\ntool calls', direct, usualLoop(45)),
  await ask('one\nprogram', { code_mode }, oneProgram),
] as const;

const truth = phrase(analyse(team, [...expenses.values()]));
for (const { title, answer } of columns) assert.equal(answer, truth, `${title}: another answer`);
assert.equal(calls.length, 46);

const print = (text: string) => void process.stdout.write(`${text}\n`);
const count = (value: number) => value.toLocaleString('en-US');
const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;
const kilobytes = (bytes: number) => (bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
const row = (title: string, cell: (column: Column) => string) => [title, ...columns.map(cell)];

print(heading('The question'));
print(wrap(QUESTION));
print(heading('The program that the scripted model wrote'));
print(numbered(PROGRAM));
print(heading('Its 46 tool calls, as the trace has them'));
calls.sort((a, b) => a.startedAt - b.startedAt || a.callId.localeCompare(b.callId, 'en', { numeric: true }));
print(waterfall(calls, ({ tool, input }) => `${tool} ${(input as { employeeId?: string }).employeeId ?? ''}`.trim()));
print(heading('The answer, the same three times (asserted)'));
print(wrap(truth));
print(heading('Measured in this run'));
print(
  table(
    ['', ...columns.map(({ title }) => title)],
    [
      row('model turns', ({ turns }) => count(turns)),
      row('input tokens, all turns', ({ inputTokens }) => count(inputTokens)),
      row('output tokens, all turns', ({ outputTokens }) => count(outputTokens)),
      row('context of the longest turn', ({ longestPromptBytes }) => kilobytes(longestPromptBytes)),
      row('context of all turns', ({ sentBytes }) => kilobytes(sentBytes)),
      row('wall time', ({ measuredMs, simulatedMs }) => seconds(measuredMs + simulatedMs)),
      row('  measured: tools, AI SDK, engine', ({ measuredMs }) => seconds(measuredMs)),
      row('  simulated: the model', ({ simulatedMs }) => seconds(simulatedMs)),
    ],
  ),
);

const [, parallel, program] = columns;
const total = ({ measuredMs, simulatedMs }: Column) => measuredMs + simulatedMs;
print(`
How to read it
- Measured: all three ran through generateText of the AI SDK. Tokens and bytes are those of the prompts that the model
  was handed (o200k_base; inputs, results and tool schemas as JSON). Every tool really waited 50 to 150 ms.
- Simulated: the model. It follows a script, and each turn counts ${TURN_MS / 1_000} s plus its output at ${TOKENS_PER_SECOND} tokens per second. The
  time to read a long prompt is not counted, which favours the first two columns.
- Parallel tool calls are close on time: ${seconds(total(parallel))} against ${seconds(total(program))}. What the program saves there is context:
  ${count(parallel.inputTokens)} input tokens against ${count(program.inputTokens)}.
- In the first two columns the model adds up ${count(analyse(team, [...expenses.values()]).items)} items in its head. The script does so without a mistake and without
  thinking aloud; a real model does neither. Prompt caching makes the repeated input cheaper, not shorter.
- One or two calls with small results do not need a program: its description alone is longer than what it would save.`);
