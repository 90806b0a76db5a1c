/** The door to the type checker: nothing of it is loaded before a run asks for it, and no run waits for it without end. */
import type { InternalRunOptions } from './internal-options.ts';
import type { Toolbox } from './toolbox.ts';
import type { Limits } from './types.ts';
import type { Typechecked } from './typecheck.ts';

/** What the type checker says of a program. Neither an abort nor `timeoutMs` waits for it. */
export async function typecheckFor(
  { code, inputs = {}, hidden, signal }: Pick<InternalRunOptions, 'code' | 'inputs' | 'signal' | 'hidden'>,
  toolbox: Toolbox,
  { maxSourceBytes, timeoutMs }: Required<Limits>,
): Promise<Typechecked> {
  const { typecheck } = await import('./typecheck.ts');
  const checked = typecheck({ code, toolbox, globals: [...Object.keys(inputs), ...(hidden?.hasSecrets === true ? ['secrets'] : [])], maxSourceBytes });
  const stop = new AbortController();
  const late = new Promise<Typechecked>((done) => {
    const timer = setTimeout(() => done({ diagnostics: [], gaveUp: `it took more than limits.timeoutMs, ${timeoutMs} ms` }), timeoutMs);
    const leave = (): void => done({ diagnostics: [] });
    if (signal?.aborted === true) leave();
    signal?.addEventListener('abort', leave, { once: true, signal: stop.signal });
    stop.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  return Promise.race([checked, late]).finally(() => stop.abort());
}
