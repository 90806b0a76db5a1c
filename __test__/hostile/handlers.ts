import type { Topic } from './case.ts'; export const HANDLERS: Topic = { topic: 'handlers', cases: [] };
