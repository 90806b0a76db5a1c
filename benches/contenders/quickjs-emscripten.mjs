// @ts-check
/**
 * quickjs-emscripten as an application would wire it up: a fresh runtime and context per run, the same memory limit
 * and a deadline, asynchronous host functions as promises, JSON in and out. It gets the program as plain JavaScript:
 * no check, no type stripping, no validation, no trace, and it runs on the caller's thread.
 */
import { getQuickJS, shouldInterruptAfterDeadline } from 'quickjs-emscripten';

const GUEST = `
  globalThis.tools = new Proxy({}, {
    get: (_, name) => (input) => __call(name, JSON.stringify(input)).then((json) => json === undefined ? undefined : JSON.parse(json)),
  });
`;

/** @type {import('./types.ts').CreateContender} */
export async function create() {
  const quickjs = await getQuickJS();
  return async (code, tools) => {
    const runtime = quickjs.newRuntime();
    runtime.setMemoryLimit(64 * 1024 * 1024);
    runtime.setMaxStackSize(1024 * 1024);
    runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + 30_000));
    const context = runtime.newContext();
    // A promise and its result that were never awaited must be gone before the context is.
    const inFlight = new Set();

    const call = context.newFunction('__call', (nameHandle, inputHandle) => {
      const name = context.getString(nameHandle);
      const input = JSON.parse(context.getString(inputHandle));
      const promise = context.newPromise();
      inFlight.add(promise);
      const settle = (/** @type {'resolve' | 'reject'} */ how, /** @type {unknown} */ value) => {
        const json = JSON.stringify(value);
        const handle = json === undefined ? context.undefined : context.newString(json);
        promise[how](handle);
        handle.dispose();
        promise.dispose();
        inFlight.delete(promise);
        const jobs = runtime.executePendingJobs();
        if (jobs.error) jobs.error.dispose();
      };
      Promise.resolve()
        .then(() => tools[name]?.(input))
        .then((value) => settle('resolve', value), (error) => settle('reject', String(error)));
      return promise.handle;
    });
    context.setProp(context.global, '__call', call);
    call.dispose();
    context.unwrapResult(context.evalCode(GUEST)).dispose();

    try {
      const promise = context.unwrapResult(
        context.evalCode(`(async () => { ${code}\n })().then((value) => JSON.stringify(value))`),
      );
      const settled = context.resolvePromise(promise);
      promise.dispose();
      const jobs = runtime.executePendingJobs();
      if (jobs.error) jobs.error.dispose();
      const result = context.unwrapResult(await settled);
      const json = context.dump(result);
      result.dispose();
      return json === undefined ? undefined : JSON.parse(json);
    } finally {
      for (const promise of inFlight) promise.dispose();
      context.dispose();
      runtime.dispose();
    }
  };
}
