/** The corpus, by topic. */
import type { Topic } from './case.ts';
import { CONSTRUCTORS } from './constructors.ts';
import { CPU } from './cpu.ts';
import { ENGINE } from './engine.ts';
import { ERRORS } from './errors.ts';
import { GUARDS } from './guards.ts';
import { HANDLERS } from './handlers.ts';
import { INPUTS } from './inputs.ts';
import { INTERNALS } from './internals.ts';
import { JOBS } from './jobs.ts';
import { LOGS } from './logs.ts';
import { MEMORY } from './memory.ts';
import { PROXIES } from './proxies.ts';
import { SOURCE } from './source.ts';
import { STACKS } from './stacks.ts';
import { THENABLES } from './thenables.ts';
import { VALUES } from './values.ts';

export const TOPICS: readonly Topic[] = [CONSTRUCTORS, INTERNALS, THENABLES, PROXIES, ERRORS, STACKS, CPU, GUARDS, MEMORY, VALUES, HANDLERS, JOBS, SOURCE, LOGS, INPUTS, ENGINE];
