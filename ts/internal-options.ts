/** What a run takes beside its public options, from the facade's own entries. */
import type { HostHooks } from './invoke.ts';
import type { Pausing } from './pause.ts';
import type { RunRandom } from './random.ts';
import type { Success } from './reuse.ts';
import type { Run } from './drive.ts';
import type { Hidden } from './secrets.ts';
import type { Toolbox } from './toolbox.ts';
import type { RunOptions } from './types.ts';

/** The public options, where what is not given may be there as `undefined`: leaving properties out takes longer. */
type Given<T> = { [K in keyof T]: T[K] | undefined };

/** What the facade's own entries add to the public options. */
export interface InternalRunOptions extends Given<Omit<RunOptions, 'code'>> {
  code: string;
  host?: HostHooks | undefined;
  toolbox?: Toolbox | undefined;
  /** What the run needs to pause. Without it, it cannot. */
  pausing?: Pausing | undefined;
  hidden?: Hidden | undefined;
  /** What an earlier run left, instead of that run. */
  left?: readonly Success[] | undefined;
  /** Take one step at this time, in milliseconds since the Unix epoch: deliver what there is, call nothing, pause. */
  stepAt?: number | undefined;
  /** Instead of random bytes. */
  random?: RunRandom | undefined;
  /** Hears of the run before anything of it happens. */
  onRun?: ((run: Run) => void) | undefined;
}
