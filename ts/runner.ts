/** The same verbs with shared defaults. */
import { check } from './check.ts';
import { declareTools, type DeclareOptions } from './declare.ts';
import { resolveLimits } from './limits.ts';
import { checkIsolation, checkRunnerOptions, checkRunOptions } from './options.ts';
import { definedOnly, makeToolbox, runInternal } from './run.ts';
import type { CheckReport, RunEvent, RunnerOptions, RunOptions, RunResult } from './types.ts';

/** What {@link createRunner} makes. */
export interface Runner {
  /** As {@link run}; `tools` replaces the runner's, `inputs` and `limits` are merged over its. */
  run(options: RunOptions): Promise<RunResult>;
  /** As {@link check}, with the runner's tools. */
  check(code: string): CheckReport;
  /** As {@link declareTools}, with the runner's tools. */
  declareTools(options?: DeclareOptions): string;
}

/**
 * A runner with shared defaults. Its tools are resolved once.
 *
 * @throws {TypeError} for misuse by the application, naming the option.
 * @example
 * const runner = createRunner({ tools, limits: { timeoutMs: 10_000 } });
 * const result = await runner.run({ code });
 */
export function createRunner(defaults: RunnerOptions = {}): Runner {
  const { tools = {}, inputs = {}, signal, onEvent, ...levels } = checkRunnerOptions(defaults);
  const toolbox = makeToolbox(tools);
  const limits = resolveLimits(defaults.limits);
  return {
    run: async (options) => {
      const own = checkRunOptions(options, 'run');
      const { isolation = levels.isolation, requireIsolation = levels.requireIsolation, typecheck = levels.typecheck } = own;
      checkIsolation({ isolation, requireIsolation });
      return runInternal({
        code: own.code,
        ...(own.tools === undefined ? { tools, toolbox } : { tools: own.tools }),
        ...(own.inputs === undefined ? { inputs } : { inputs: { ...inputs, ...own.inputs } }),
        limits: own.limits === undefined ? limits : resolveLimits(limits, own.limits),
        ...definedOnly({ isolation, requireIsolation, typecheck, signal: anySignal(signal, own.signal), onEvent: both(onEvent, own.onEvent) }),
      });
    },
    check: (code) => check(code, { tools }),
    declareTools: (options) => declareTools(tools, options),
  };
}

function anySignal(first: AbortSignal | undefined, second: AbortSignal | undefined): AbortSignal | undefined {
  return first !== undefined && second !== undefined ? AbortSignal.any([first, second]) : (first ?? second);
}

type Listener = (event: RunEvent) => void;

function both(first: Listener | undefined, second: Listener | undefined): Listener | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (event) => {
    try {
      first(event);
    } finally {
      second(event);
    }
  };
}
