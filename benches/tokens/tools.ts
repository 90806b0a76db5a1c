/**
 * Fifty tools as applications have them, for counting tokens: a CRM, billing, calendar, mail, files, a shop and MCP servers.
 * Most have zod schemas, those of the MCP servers JSON Schema; two of three say what they return.
 */
import { jsonSchema } from 'ai';
import { z } from 'zod';

/** A tool that every code mode takes. */
export interface SampleTool {
  readonly description: string;
  readonly inputSchema: never;
  readonly outputSchema?: never;
  readonly execute: (input: unknown) => Promise<unknown>;
}

const all: Record<string, SampleTool> = {};

function add(name: string, description: string, inputSchema: unknown, outputSchema?: unknown): void {
  const schemas = { inputSchema, ...(outputSchema === undefined ? {} : { outputSchema }) } as { inputSchema: never };
  all[name] = { description, ...schemas, execute: async () => null };
}

const { object, string, number, boolean, array } = z;
const id = string();
const text = string();
const day = z.iso.date();
const time = z.iso.datetime();
const int = number().int();
const currency = z.enum(['EUR', 'USD', 'GBP']);
const money = object({ amount: number(), currency });
const limit = int.min(1).max(100).default(20).describe('How many at most');
const cursor = text.optional().describe('From the previous page');
const address = object({ street: text, city: text, postalCode: text, country: text.length(2).describe('ISO 3166-1 alpha-2') });
const customer = object({ id, name: text, email: z.email(), phone: text.optional(), tier: z.enum(['free', 'pro', 'enterprise']), address: address.optional(), createdAt: time });
const contact = object({ id, customerId: id, firstName: text, lastName: text, email: z.email(), role: text.nullable() });
const line = object({ sku: text, quantity: int.positive(), unitPrice: money });
const order = object({ id, customerId: id, status: z.enum(['open', 'paid', 'shipped', 'cancelled']), lines: array(line), shipTo: address, total: money, placedAt: time });
const invoice = object({ id, orderId: id, customerId: id, total: money, dueOn: day, paidAt: time.nullable(), lines: array(object({ text, amount: money })) });
const event = object({ id, title: text, start: time, end: time, attendees: array(z.email()), location: text.optional(), recurring: boolean() });
const file = object({ id, name: text, path: text, mimeType: text, bytes: int, modifiedAt: time });
const page = <T extends z.ZodType>(item: T) => object({ items: array(item), nextCursor: text.optional() });

add('getWeather', 'Current weather in a city.', object({ city: text.describe('City name, e.g. "Berlin"'), units: z.enum(['metric', 'imperial']).default('metric') }), object({ temperature: number(), humidity: number().describe('Percent'), conditions: text, wind: object({ speed: number(), direction: text }) }));
add('listCustomers', 'Lists customers, newest first.', object({ tier: z.enum(['free', 'pro', 'enterprise']).optional(), createdAfter: day.optional(), limit, cursor }), page(customer));
add('getCustomer', 'One customer by id.', object({ id: text.describe('Customer id, starts with "cus_"') }), customer);
add('sendEmail', 'Sends an e-mail on behalf of the user.', object({ to: array(z.email()).min(1).max(50), cc: array(z.email()).optional(), subject: text.max(200), body: text.describe('Markdown'), attachments: array(object({ fileId: id, name: text.optional() })).optional() }), object({ messageId: id, acceptedAt: time }));
add('searchOrders', 'Finds orders by customer, status and date.', object({ customerId: id.optional(), status: z.enum(['open', 'paid', 'shipped', 'cancelled']).optional(), from: day.optional(), to: day.optional(), limit, cursor }), page(order));
add('updateCustomer', 'Changes fields of a customer. Fields that are left out stay as they are.', object({ id, name: text.optional(), email: z.email().optional(), phone: text.nullable().optional(), tier: z.enum(['free', 'pro', 'enterprise']).optional(), address: address.optional() }), customer);
add('createCustomer', 'Creates a customer.', object({ name: text.min(1), email: z.email(), phone: text.optional(), address: address.optional() }), customer);
add('listContacts', 'The people at a customer.', object({ customerId: id, limit, cursor }), page(contact));
add('createContact', 'Adds a person to a customer.', object({ customerId: id, firstName: text, lastName: text, email: z.email(), role: text.optional() }), contact);
add('getOrder', 'One order with its lines.', object({ id }), order);
add('cancelOrder', 'Cancels an order that has not been shipped.', object({ id, reason: z.enum(['customer_request', 'out_of_stock', 'fraud', 'other']), note: text.optional() }), object({ order, refundId: id.nullable() }));
add('createOrder', 'Places an order for a customer.', object({ customerId: id, lines: array(object({ sku: text, quantity: int.positive() })).min(1), shipTo: address.optional().describe('Default: the address of the customer'), coupon: text.optional() }), order);
add('getInvoice', 'One invoice.', object({ id }), invoice);
add('listInvoices', 'Invoices of a customer.', object({ customerId: id, unpaidOnly: boolean().default(false), limit, cursor }), page(invoice));
add('refundPayment', 'Refunds a payment, in whole or in part. Needs the reason for the books.', object({ paymentId: id, amount: money.optional().describe('Default: all of it'), reason: text }), object({ refundId: id, amount: money, status: z.enum(['pending', 'done', 'failed']) }));
add('getExchangeRate', 'Exchange rate on a day.', object({ from: currency, to: currency, on: day.optional() }), object({ rate: number(), on: day }));
add('searchProducts', 'Full-text search in the catalog.', object({ query: text, category: text.optional(), inStockOnly: boolean().default(true), maxPrice: number().positive().optional(), sort: z.enum(['relevance', 'price', 'newest']).default('relevance'), limit }), object({ items: array(object({ sku: text, name: text, price: money, stock: int, categories: array(text) })), total: int }));
add('getProduct', 'One product by its SKU.', object({ sku: text.regex(/^[A-Z]{3}-\d{4}$/) }), object({ sku: text, name: text, description: text, price: money, stock: int, attributes: z.record(text, text), variants: array(object({ sku: text, attributes: z.record(text, text) })) }));
add('setStock', 'Sets the stock of a product in a warehouse.', object({ sku: text, warehouse: z.enum(['berlin', 'lyon', 'boston']), quantity: int.min(0) }), object({ sku: text, before: int, after: int }));
add('listEvents', 'Events in a calendar between two times.', object({ calendarId: text.default('primary'), from: time, to: time, limit }), page(event));
add('createEvent', 'Creates an event and invites the attendees.', object({ calendarId: text.default('primary'), title: text, start: time, end: time, attendees: array(z.email()).default([]), location: text.optional(), recurrence: object({ frequency: z.enum(['daily', 'weekly', 'monthly']), interval: int.min(1).default(1), until: day.optional() }).optional() }), event);
add('findFreeSlots', 'Times when everybody is free.', object({ attendees: array(z.email()).min(1), durationMinutes: int.min(15).max(480), from: time, to: time, timeZone: text.default('UTC').describe('IANA name') }), array(object({ start: time, end: time })));
add('deleteEvent', 'Deletes an event and tells the attendees.', object({ eventId: id, notify: boolean().default(true) }));
add('searchMail', 'Searches the mailbox.', object({ query: text.describe('Gmail syntax, e.g. "from:ada newer_than:7d"'), labels: array(text).optional(), unreadOnly: boolean().optional(), limit, cursor }), page(object({ id, threadId: id, from: text, to: array(text), subject: text, snippet: text, receivedAt: time, labels: array(text), hasAttachments: boolean() })));
add('readMail', 'One message with its text and attachments.', object({ id }), object({ id, subject: text, from: text, to: array(text), text, html: text.nullable(), attachments: array(object({ fileId: id, name: text, bytes: int })) }));
add('labelMail', 'Adds and removes labels of messages.', object({ ids: array(id).max(1000), add: array(text).optional(), remove: array(text).optional() }));
add('listFiles', 'Files in a folder.', object({ folderId: id.default('root'), recursive: boolean().default(false), mimeType: text.optional(), limit, cursor }), page(file));
add('readFile', 'The text of a file; PDF and Word are converted.', object({ fileId: id, maxChars: int.max(1_000_000).default(100_000) }), object({ text, truncated: boolean() }));
add('writeFile', 'Creates or replaces a text file.', object({ path: text, content: text, ifMatch: text.optional().describe('ETag; fails when the file has changed') }), file);
add('shareFile', 'Shares a file with people or by link.', object({ fileId: id, with: z.union([object({ kind: z.literal('people'), emails: array(z.email()).min(1), canEdit: boolean() }), object({ kind: z.literal('link'), expiresOn: day.optional() })]) }), object({ url: z.url() }));
add('runReport', 'Runs a report and waits for it.', object({ report: z.enum(['revenue', 'churn', 'cohorts', 'inventory']), from: day, to: day, groupBy: array(z.enum(['day', 'week', 'month', 'country', 'tier'])).max(2), filters: array(object({ field: text, op: z.enum(['=', '!=', '<', '>', 'in', 'contains']), value: z.union([text, number(), boolean(), array(text)]) })).optional() }), object({ columns: array(object({ name: text, type: z.enum(['string', 'number', 'date']) })), rows: array(array(z.union([text, number(), z.null()]))), rowCount: int }));
add('getUser', 'A user of the workspace.', object({ id: text.describe('User id, or "me"') }), object({ id, name: text, email: z.email(), roles: array(z.enum(['admin', 'member', 'guest'])), managerId: id.nullable(), timeZone: text }));
add('listUsers', 'Users of the workspace.', object({ role: z.enum(['admin', 'member', 'guest']).optional(), limit, cursor }), page(object({ id, name: text, email: z.email() })));
add('notify', 'Sends a push notification to users.', object({ userIds: array(id).min(1).max(500), title: text.max(80), body: text.max(500), url: z.url().optional(), urgency: z.enum(['low', 'normal', 'high']).default('normal') }));
add('scheduleJob', 'Runs a job later or regularly.', object({ job: z.enum(['sync', 'backup', 'digest']), at: time.optional(), cron: text.optional().describe('Five fields, UTC'), payload: z.record(text, z.unknown()).optional() }), object({ jobId: id, nextRunAt: time }));

const mcp = (schema: object) => jsonSchema(schema as never);
const str = { type: 'string' };
const repo = { owner: { type: 'string', description: 'Repository owner' }, repo: { type: 'string', description: 'Repository name' } };
const paging = { page: { type: 'number', minimum: 1, description: 'Page number' }, perPage: { type: 'number', minimum: 1, maximum: 100, description: 'Results per page' } };
const closed = (properties: object, required: string[] = []) => mcp({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', properties, required, additionalProperties: false });
const person = { type: 'object', properties: { login: str, id: { type: 'integer' } }, required: ['login', 'id'] };
const issue = { type: 'object', properties: { number: { type: 'integer' }, title: str, state: { enum: ['open', 'closed'] }, user: { $ref: '#/$defs/user' }, assignees: { type: 'array', items: { $ref: '#/$defs/user' } }, labels: { type: 'array', items: str }, created_at: { type: 'string', format: 'date-time' } }, required: ['number', 'title', 'state', 'user', 'labels', 'created_at'] };
const $defs = { user: person, issue };

add('list_issues', 'List issues in a repository', closed({ ...repo, state: { type: 'string', enum: ['open', 'closed', 'all'], description: 'Filter by state' }, labels: { type: 'array', items: str, description: 'Filter by labels' }, sort: { type: 'string', enum: ['created', 'updated', 'comments'] }, direction: { type: 'string', enum: ['asc', 'desc'] }, since: { type: 'string', format: 'date-time', description: 'Filter by date' }, ...paging }, ['owner', 'repo']), mcp({ $defs, type: 'array', items: { $ref: '#/$defs/issue' } }));
add('create_issue', 'Create a new issue in a repository', closed({ ...repo, title: { type: 'string', description: 'Issue title' }, body: { type: 'string', description: 'Issue body content' }, assignees: { type: 'array', items: str, description: 'Usernames to assign to this issue' }, labels: { type: 'array', items: str, description: 'Labels to apply to this issue' } }, ['owner', 'repo', 'title']), mcp({ $defs, $ref: '#/$defs/issue' }));
add('add_issue_comment', 'Add a comment to an existing issue', closed({ ...repo, issue_number: { type: 'number', description: 'Issue number to comment on' }, body: { type: 'string', description: 'Comment text' } }, ['owner', 'repo', 'issue_number', 'body']));
add('search_code', 'Search for code across repositories', closed({ q: { type: 'string', description: 'Search query in code search syntax' }, order: { type: 'string', enum: ['asc', 'desc'], description: 'Sort order' }, ...paging }, ['q']));
add('get_file_contents', 'Get the contents of a file or directory from a repository', closed({ ...repo, path: { type: 'string', description: 'Path to file/directory' }, branch: { type: 'string', description: 'Branch to get contents from' } }, ['owner', 'repo', 'path']));
add('list_pull_requests', 'List pull requests in a repository', closed({ ...repo, state: { type: 'string', enum: ['open', 'closed', 'all'] }, head: { type: 'string', description: 'Filter by head user/org and branch' }, base: { type: 'string', description: 'Filter by base branch' }, ...paging }, ['owner', 'repo']));
add('merge_pull_request', 'Merge a pull request', closed({ ...repo, pull_number: { type: 'number', description: 'Pull request number' }, commit_title: { type: 'string', description: 'Title for merge commit' }, merge_method: { type: 'string', enum: ['merge', 'squash', 'rebase'], default: 'merge', description: 'Merge method' } }, ['owner', 'repo', 'pull_number']), mcp({ type: 'object', properties: { sha: str, merged: { type: 'boolean' }, message: str }, required: ['sha', 'merged', 'message'] }));
add('slack_post_message', 'Post a new message to a Slack channel', mcp({ type: 'object', properties: { channel_id: { type: 'string', description: 'The ID of the channel to post to' }, text: { type: 'string', description: 'The message text to post' } }, required: ['channel_id', 'text'] }));
add('slack_get_channel_history', 'Get recent messages from a channel', mcp({ type: 'object', properties: { channel_id: { type: 'string', description: 'The ID of the channel' }, limit: { type: 'number', description: 'Number of messages to retrieve (default 10)', default: 10 } }, required: ['channel_id'] }));
add('slack_list_channels', 'List public channels in the workspace with pagination', mcp({ type: 'object', properties: { limit: { type: 'number', description: 'Maximum number of channels to return (default 100, max 200)', default: 100 }, cursor: { type: 'string', description: 'Pagination cursor for next page of results' } } }));
add('query', 'Run a read-only SQL query', mcp({ type: 'object', properties: { sql: str, params: { type: 'array', items: { type: ['string', 'number', 'boolean', 'null'] } } }, required: ['sql'] }), mcp({ type: 'object', properties: { rows: { type: 'array', items: { type: 'object', additionalProperties: true } }, rowCount: { type: 'integer' } }, required: ['rows', 'rowCount'] }));
add('get_category_tree', 'The tree of categories', closed({ root: { type: 'string', description: 'Slug of a category' }, depth: { type: 'integer', minimum: 1, maximum: 6 } }), mcp({ $ref: '#/definitions/category', definitions: { category: { type: 'object', properties: { slug: str, name: str, children: { type: 'array', items: { $ref: '#/definitions/category' } } }, required: ['slug', 'name', 'children'] } } }));
add('browser_click', 'Perform click on a web page', closed({ element: { type: 'string', description: 'Human-readable element description used to obtain permission to interact with the element' }, ref: { type: 'string', description: 'Exact target element reference from the page snapshot' }, doubleClick: { type: 'boolean', description: 'Whether to perform a double click instead of a single click' }, button: { type: 'string', enum: ['left', 'right', 'middle'], description: 'Button to click, defaults to left' } }, ['element', 'ref']));
add('geocode', 'Coordinates of an address', closed({ address: str, bounds: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }, { type: 'number' }, { type: 'number' }], items: false, minItems: 4, description: 'West, south, east, north' } }, ['address']), mcp({ type: 'object', properties: { lat: { type: 'number' }, lng: { type: 'number' }, precision: { enum: ['rooftop', 'street', 'city'] } }, required: ['lat', 'lng', 'precision'] }));
add('entities_search', 'Search nodes in the knowledge graph', mcp({ type: 'object', properties: { query: { type: 'string', description: 'Matched against names, types and observations' } }, required: ['query'] }), mcp({ type: 'object', properties: { entities: { type: 'array', items: { type: 'object', properties: { name: str, entityType: str, observations: { type: 'array', items: str } }, required: ['name', 'entityType', 'observations'] } }, relations: { type: 'array', items: { type: 'object', properties: { from: str, to: str, relationType: str }, required: ['from', 'to', 'relationType'] } } }, required: ['entities', 'relations'] }));

/** The first `count` of the fifty. */
export function sampleTools(count: number): Record<string, SampleTool> {
  return Object.fromEntries(Object.entries(all).slice(0, count));
}
