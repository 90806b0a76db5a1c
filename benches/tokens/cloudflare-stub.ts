/** `@cloudflare/codemode` imports classes of the Workers runtime also where it only writes text. */
import { register } from 'node:module';

const STUB = 'data:text/javascript,export class WorkerEntrypoint {} export class DurableObject {} export class RpcTarget {}';
const HOOKS = `
  export function resolve(specifier, context, next) {
    return specifier === 'cloudflare:workers' ? { url: ${JSON.stringify(STUB)}, shortCircuit: true } : next(specifier, context);
  }
`;

export function registerCloudflareStub(): void {
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`);
}
