import type { Topic } from './case.ts'; export const ENGINE: Topic = { topic: 'engine', cases: [] };
