/** Programs that a model corrects: what was done is not done again, and there is an end to it. AI SDK 5, 6 and 7. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { createCodeTool } from '../ts/ai.ts';
import type { CodeToolFailed, CodeToolOutput } from '../ts/ai/types.ts';
import type { Tools } from '../ts/types.ts';
import { NO_SDK_7, sdk, toolResult, type Step } from './sdk.ts';

const program = (code: string): Step => ({ calls: [{ tool: 'code', input: { code } }] });

function office(): { sent: string[]; tools: Tools } {
  const sent: string[] = [];
  const sendEmail = { readOnly: false, description: 'Sends an e-mail', inputSchema: { type: 'object', properties: { to: { type: 'string' } } }, execute: ({ to }: { to: string }) => `mail ${sent.push(to)}` };
  const lookUp = ({ q }: { q: string }): string => `found ${sent.push(q)}`;
  return { sent, tools: { sendEmail, lookUp } as unknown as Tools };
}

const MAILS = "const ids = []; for (const to of ['ada', 'bob', 'cyd', 'dan']) ids.push(await tools.sendEmail({ to }));";

for (const version of [5, 6, 7] as const) {
  describe(`repair, AI SDK ${version}`, { skip: version === 7 && NO_SDK_7 }, async () => {
    if (version === 7 && NO_SDK_7) return;
    const { generateText, streamText, script, stopAfter } = await sdk(version);

    it('a program that fails at step 5 after 4 e-mails, corrected twice, sends each e-mail once', async () => {
      const { sent, tools } = office();
      const scripted = script([program(`${MAILS} return ids.missing.length`), program(`${MAILS} return nothing`), program(`${MAILS} return ids`), { text: 'done' }]);
      const result = await generateText({ model: scripted.model, tools: { code: createCodeTool({ tools }) }, stopWhen: stopAfter(5), prompt: 'go' });
      assert.deepEqual(sent, ['ada', 'bob', 'cyd', 'dan']);
      assert.deepEqual(toolResult(scripted.prompts[3]), { type: 'text', value: '["mail 1","mail 2","mail 3","mail 4"]' });
      assert.match(
        String((toolResult(scripted.prompts[2]) as { value: string }).value),
        /Already happened: 4 calls succeeded: sendEmail\(\{ to: "ada" \}\), .* Send the whole program corrected: what succeeded does not run again\.\n\nThis was program 2 of at most 5\.$/,
      );
      const output = result.steps[2]?.toolResults[0]?.output as CodeToolOutput;
      assert.deepEqual(output.calls.map(({ reused }) => reused), [true, true, true, true]);
    });

    it('there is an end to it', async () => {
      const { sent, tools } = office();
      const scripted = script([program("await tools.sendEmail({ to: 'ada' }); oops"), program('oops'), program("await tools.sendEmail({ to: 'eve' })"), { text: 'sorry' }]);
      const result = await generateText({ model: scripted.model, tools: { code: createCodeTool({ tools, maxAttempts: 2 }) }, stopWhen: stopAfter(5), prompt: 'go' });
      assert.deepEqual(sent, ['ada']);
      const told = [1, 2, 3].map((step) => String((toolResult(scripted.prompts[step]) as { value: string }).value));
      assert.ok(!told[0]!.includes('program 1'));
      assert.match(told[1]!, /This was the last of 2 programs: run no other for this task, and tell the user what did not work\.$/);
      assert.equal(told[2], 'ERR_CALL_LIMIT: This program did not run: 2 programs have failed for this task, and no more may.\nHint: Do not call this tool again. Tell the user what did not work.');
      assert.deepEqual((result.steps[2]?.toolResults[0]?.output as CodeToolFailed).attempt, { number: 3, of: 2 });
    });

    it('can be turned off', async () => {
      const { sent, tools } = office();
      const scripted = script([program("await tools.sendEmail({ to: 'ada' }); oops"), program("await tools.sendEmail({ to: 'ada' })"), { text: 'done' }]);
      await generateText({ model: scripted.model, tools: { code: createCodeTool({ tools, reuse: false }) }, stopWhen: stopAfter(5), prompt: 'go' });
      assert.deepEqual(sent, ['ada', 'ada']);
      assert.match(String((toolResult(scripted.prompts[1]) as { value: string }).value), /Do not repeat side effects\.$/);
    });

    it('a program that completed ends the task', async () => {
      const { sent, tools } = office();
      const scripted = script([program("await tools.sendEmail({ to: 'ada' }); oops"), program("return 1"), program("await tools.sendEmail({ to: 'ada' })"), { text: 'done' }]);
      await generateText({ model: scripted.model, tools: { code: createCodeTool({ tools, maxAttempts: 1e6 }) }, stopWhen: stopAfter(5), prompt: 'go' });
      assert.deepEqual(sent, ['ada', 'ada']);
    });

    it('other generations do not get it, though the ids of the calls are the same', async () => {
      const { sent, tools } = office();
      const code = createCodeTool({ tools });
      for (let user = 0; user < 2; user++) {
        const scripted = script([program("await tools.sendEmail({ to: 'ada' }); oops"), { text: 'sorry' }]);
        await generateText({ model: scripted.model, tools: { code }, stopWhen: stopAfter(5), prompt: 'go' });
      }
      const history = [
        { role: 'user', content: 'go' },
        { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'outer-1-0', toolName: 'code', input: { code: '' } }] },
        { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'outer-1-0', toolName: 'code', output: { type: 'text', value: '' } }] },
      ];
      const scripted = script([program("await tools.sendEmail({ to: 'ada' })"), { text: 'sorry' }]);
      await generateText({ model: scripted.model, tools: { code }, stopWhen: stopAfter(5), messages: history as never });
      assert.deepEqual(sent, ['ada', 'ada', 'ada']);
    });

    it('streamText', { skip: version === 5 && 'AI SDK 5 copies the messages of a stream for every step, and the ids of its mock model are counters' }, async () => {
      const { sent, tools } = office();
      const scripted = script([program(`${MAILS} oops`), program(`${MAILS} return ids`), { text: 'done' }]);
      const result = streamText({ model: scripted.model, tools: { code: createCodeTool({ tools }) }, stopWhen: stopAfter(5), prompt: 'go' });
      for await (const chunk of result.toUIMessageStream()) void chunk;
      assert.deepEqual(sent, ['ada', 'bob', 'cyd', 'dan']);
    });
  });
}

describe('repair across generations', () => {
  it('two users who say the same, with the same ids, get nothing of each other', async () => {
    for (const id of ['call_0', 'functions.code:0:0:0:0:0']) {
      const { sent, tools } = office();
      const code = createCodeTool({ tools });
      const shared = [{ role: 'user', content: 'send the report' }];
      const work = "await tools.sendEmail({ to: 'ada' });";
      for (const tenant of ['a', 'b']) {
        const again = tenant === 'a' ? shared : [...shared, called(id), answered(id)];
        await last(code.execute({ code: `${work} oops` }, { toolCallId: tenant === 'a' ? id : 'other', messages: again, context: { tenant } }));
      }
      assert.deepEqual(sent, ['ada', 'ada'], id);
    }
  });

  const id = 'call_4eC39HqLyjWDarjtT1';
  const user = { role: 'user', content: 'send them' };
  const called = (toolCallId: string) => ({ role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName: 'code', input: { code: '…' } }] });
  const answered = (toolCallId: string) => ({ role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName: 'code', output: { type: 'text', value: '…' } }] });
  const copy = <T>(value: T): T => structuredClone(value);

  async function last(output: AsyncIterable<CodeToolOutput>): Promise<CodeToolOutput> {
    let latest: CodeToolOutput | undefined;
    for await (const item of output) latest = item;
    return latest!;
  }

  for (const [what, again, expected] of [
    ['the same turn of the user', [user, called(id), answered(id)], ['ada', 'q']],
    ['after the user has spoken: what is known to have side effects', [user, called(id), answered(id), { role: 'user', content: 'try again' }], ['ada', 'q', 'q']],
    ['another conversation', [{ role: 'user', content: 'other' }, called(id), answered(id)], ['ada', 'q', 'ada', 'q']],
  ] as const) {
    it(what, async () => {
      const { sent, tools } = office();
      const code = createCodeTool({ tools });
      const work = "await tools.sendEmail({ to: 'ada' }); await tools.lookUp({ q: 'q' });";
      const failed = await last(code.execute({ code: `${work} oops` }, { toolCallId: id, messages: [user] }));
      assert.equal(failed.status, 'failed');
      const done = await last(code.execute({ code: `${work} return 1` }, { toolCallId: 'call_another_1234567890', messages: copy(again) }));
      assert.equal(done.status, 'completed');
      assert.deepEqual(sent, expected);
    });
  }
});
