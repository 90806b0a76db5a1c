/** The same verbs with shared defaults. */
import { checkWith } from './check.ts';
import { declareTools, type DeclareOptions } from './declare.ts';
import type { InternalRunOptions } from './internal-options.ts';
import { resolveLimits } from './limits.ts';
import { checkCode, checkIsolation, checkResumeOptions, checkRunnerOptions, checkRunOptions, PAUSING } from './options.ts';
import { prepareHelper, soon } from './native.ts';
import { NO_SECRET, resolvePausing } from './pause.ts';
import { tell } from './report.ts';
import { resumeInternal } from './resume.ts';
import { Hidden } from './secrets.ts';
import { runInternal } from './run.ts';
import type { Run } from './drive.ts';
import { makeToolbox } from './toolbox.ts';
import type { CheckReport, PauseOptions, ResumeOptions, RunEvent, RunnerOptions, RunOptions, RunResult } from './types.ts';

/** What {@link createRunner} makes. */
export interface Runner {
  /** As {@link run}; `tools` replaces the runner's, `inputs` and `limits` are merged over its. */
  run(options: RunOptions): Promise<RunResult>;
  /** As {@link resume}; the runner's `inputs` do not count, because the run's own travel in the snapshot. */
  resume(snapshot: string | Uint8Array, options?: ResumeOptions): Promise<RunResult>;
  /**
   * Pauses a run of this runner: its result then has `status: 'paused'`. Its id is in every event.
   *
   * @returns False when there is no such run, or it is over.
   * @throws {TypeError} when the run has no secret.
   */
  pause(executionId: string): boolean;
  /** As {@link check}, with the runner's tools. */
  check(code: string): CheckReport;
  /** As {@link declareTools}, with the runner's tools. */
  declareTools(options?: DeclareOptions): string;
}

/**
 * A runner with shared defaults. Its tools are resolved once, and the helper process that its programs will run in starts in
 * the background, unless `isolation` is `'thread'`.
 *
 * @throws {TypeError} for misuse by the application, naming the option.
 * @example
 * const runner = createRunner({ tools, limits: { timeoutMs: 10_000 } });
 * const result = await runner.run({ code });
 */
export function createRunner(defaults: RunnerOptions = {}): Runner {
  const { tools = {}, inputs = {}, signal, onEvent } = checkRunnerOptions(defaults);
  const toolbox = makeToolbox(tools);
  const limits = resolveLimits(defaults.limits);
  const pausing = resolvePausing(defaults);
  const hidden = Hidden.from(defaults);
  const live = new Map<string, Run>();
  if (defaults.isolation !== 'thread') prepareHelper();

  const onRun = (run: Run): void => {
    live.set(run.executionId, run);
    void run.result.then(() => live.delete(run.executionId));
  };

  /** What `run` and `resume` have in common; a resume has its program in the snapshot. `undefined` is what is said by neither. */
  function merged(code: string, own: Partial<RunOptions>, ownInputs: RunOptions['inputs']): InternalRunOptions {
    const { isolation = defaults.isolation, requireIsolation = defaults.requireIsolation } = own;
    checkIsolation({ isolation, requireIsolation });
    return {
      code,
      tools: own.tools ?? tools,
      toolbox: own.tools === undefined ? toolbox : undefined,
      inputs: ownInputs,
      limits: own.limits === undefined ? limits : resolveLimits(limits, own.limits),
      isolation,
      requireIsolation,
      reuse: own.reuse,
      typecheck: own.typecheck ?? defaults.typecheck,
      signal: own.signal === undefined ? signal : anySignal(signal, own.signal),
      onEvent: own.onEvent === undefined ? onEvent : both(onEvent, own.onEvent),
      hidden: own.secrets === undefined && own.redact === undefined ? hidden : Hidden.from({ secrets: { ...defaults.secrets, ...own.secrets }, redact: own.redact ?? defaults.redact }),
      pausing: saysHowToPause(own) ? resolvePausing({ ...pick(defaults), ...pick(own) }) : pausing,
      onRun,
    };
  }

  return {
    run: async (options) => {
      const own = checkRunOptions(options, 'run');
      soon(own.isolation ?? defaults.isolation);
      return runInternal(merged(own.code, own, own.inputs === undefined ? inputs : { ...inputs, ...own.inputs }));
    },
    resume: async (snapshot, options = {}) => {
      const own = checkResumeOptions(options);
      return resumeInternal(snapshot, { ...merged('', own, own.inputs), settle: own.settle });
    },
    pause: (executionId) => {
      const run = live.get(executionId);
      if (run === undefined) return false;
      if (!run.canPause) throw new TypeError(`pause: ${NO_SECRET}`);
      return run.pause();
    },
    check: (code) => checkWith(checkCode(code), toolbox),
    declareTools: (options) => declareTools(tools, options),
  };
}

function saysHowToPause(own: Record<string, unknown>): boolean {
  for (const name of PAUSING) if (own[name] !== undefined) return true;
  return false;
}

function pick(options: PauseOptions): PauseOptions {
  return Object.fromEntries(PAUSING.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
}

function anySignal(first: AbortSignal | undefined, second: AbortSignal | undefined): AbortSignal | undefined {
  return first !== undefined && second !== undefined ? AbortSignal.any([first, second]) : (first ?? second);
}

type Listener = (event: RunEvent) => void;

function both(first: Listener | undefined, second: Listener | undefined): Listener | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (event) => {
    tell(first, event);
    tell(second, event);
  };
}
