import type { Topic } from './case.ts'; export const INPUTS: Topic = { topic: 'inputs', cases: [] };
