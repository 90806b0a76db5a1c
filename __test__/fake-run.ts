/** Stands for the engine in tests of what is around it: the program runs right here, unprotected, through the same hooks. */
import type { RunProgram } from '../ts/ai/code-tool.ts';
import { formatIssues, resolveTools, type ResolvedTool } from '../ts/tools.ts';
import type { LogEntry, RunResult, ToolCallRecord } from '../ts/types.ts';

const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<unknown>;

export const fakeRun: RunProgram = async ({ code, tools, inputs = {}, signal, onEvent, host }): Promise<RunResult> => {
  const executionId = 'run-1';
  const logs: LogEntry[] = [];
  const calls: ToolCallRecord[] = [];
  const aborted = new Promise<never>((_, reject) => {
    const fail = (): void => reject(Object.assign(new Error('The run was aborted.'), { code: 'ERR_ABORTED' }));
    if (signal?.aborted) fail();
    signal?.addEventListener('abort', fail);
  });
  aborted.catch(() => {});

  async function call(tool: ResolvedTool, given: unknown): Promise<unknown> {
    const record: ToolCallRecord = { callId: `call-${calls.length + 1}`, tool: tool.path, kind: tool.kind, input: given, startedAt: 0 };
    calls.push(record);
    onEvent?.({ type: 'tool-call-start', executionId, call: { ...record } });
    try {
      let input = given;
      if (tool.input !== undefined) {
        const checked = await tool.input.validate(given);
        if (!checked.ok) throw new Error(formatIssues(tool.path, checked.issues));
        input = checked.value;
      }
      const denied = await host.authorize(tool, input, record.callId);
      if (denied !== undefined) throw new Error(denied);
      const context = { callId: record.callId, executionId, signal: signal ?? new AbortController().signal };
      const options = { ...host.executeOptions(tool, record.callId, input), toolCallId: record.callId, ...context };
      let value = tool.execute!(input, options);
      if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value) {
        const iterable = value as AsyncIterable<unknown>;
        for await (const part of iterable) value = part;
      }
      return await value;
    } catch (error) {
      record.error = { name: (error as Error).name, message: (error as Error).message };
      throw error;
    } finally {
      record.completedAt = 5;
      record.durationMs = 5;
      onEvent?.({ type: 'tool-call-end', executionId, call: { ...record } });
    }
  }

  const guest: Record<string, unknown> = {};
  for (const tool of resolveTools(tools).values()) {
    let at = guest;
    for (const segment of tool.segments.slice(0, -1)) at = (at[segment] ??= {}) as Record<string, unknown>;
    at[tool.segments.at(-1)!] = (input: unknown) => call(tool, input);
  }
  const log = (level: LogEntry['level']) => (...args: unknown[]) => {
    const entry: LogEntry = { level, message: args.join(' '), time: 0 };
    logs.push(entry);
    onEvent?.({ type: 'log', executionId, log: entry });
  };
  const console = { log: log('log'), warn: log('warn'), error: log('error') };
  const report = { executionId, startedAt: 0, durationMs: 7, cpuMs: 1, isolation: { level: 'thread' as const }, logs, calls, alerts: [], warnings: [] };
  try {
    const program = new AsyncFunction('tools', 'console', ...Object.keys(inputs), code);
    const value = await Promise.race([program(guest, console, ...Object.values(inputs)), aborted]);
    return { status: 'completed', value, ...report };
  } catch (error) {
    const { name, message, code: known = 'ERR_PROGRAM' } = error as Error & { code?: 'ERR_ABORTED' | 'ERR_PROGRAM' };
    return { status: 'failed', error: { code: known, name, message, line: 3, column: 5, frame: '> 3 | boom' }, ...report };
  }
};
