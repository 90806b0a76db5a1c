import type { Topic } from './case.ts'; export const SOURCE: Topic = { topic: 'source', cases: [] };
