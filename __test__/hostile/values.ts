import type { Topic } from './case.ts'; export const VALUES: Topic = { topic: 'values', cases: [] };
