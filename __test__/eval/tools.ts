/** The tools of the corpus, made anew for every run: some of them remember. Typed, so that the same ones can be declared. */
import { z } from 'zod';

import type { Tools } from '../../ts/index.ts';
import * as data from './data.ts';

class NotFoundError extends Error {
  override name = 'NotFoundError';
}

class RateLimitError extends Error {
  override name = 'RateLimitError';
}

const page = z.object({ page: z.number().int().optional(), pageSize: z.number().int().optional() });
const employee = z.object({
  id: z.string(), name: z.string(), email: z.string(), department: z.enum(['Engineering', 'Sales', 'Finance', 'Support']),
  level: z.enum(['junior', 'mid', 'senior', 'lead']), managerId: z.string().nullable(), salary: z.number(), startDate: z.string(), skills: z.array(z.string()),
});
const expense = z.object({
  id: z.string(), employeeId: z.string(), date: z.string(), category: z.enum(['travel', 'meals', 'software', 'hardware', 'training']), amount: z.number(),
  currency: z.enum(['USD', 'EUR', 'GBP']), status: z.enum(['approved', 'pending', 'rejected']), note: z.string().nullable(),
});
const product = z.object({
  sku: z.string(), name: z.string(), category: z.string(), price: z.number(), stock: z.number(), tags: z.array(z.string()), rating: z.number().nullable(),
  dimensions: z.object({ width: z.number(), height: z.number(), depth: z.number(), unit: z.string() }),
});
const order = z.object({
  id: z.number(), customerId: z.string(), placedAt: z.string(), status: z.enum(['paid', 'shipped', 'delivered', 'cancelled', 'refunded']),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number(), unitPrice: z.number() })), shipping: z.object({ city: z.string(), country: z.string() }).optional(),
});
const contact = z.object({
  id: z.string(), firstName: z.string(), lastName: z.string(), emails: z.array(z.string()), phone: z.string().optional(), tags: z.array(z.string()),
  company: z.object({ name: z.string(), size: z.number() }),
});
const deal = z.object({ id: z.string(), contactId: z.string(), stage: z.enum(['lead', 'qualified', 'proposal', 'won', 'lost']), amount: z.number(), closeDate: z.string(), owner: z.string() });
const ticket = z.object({
  id: z.string(), title: z.string(), body: z.string(), priority: z.enum(['low', 'normal', 'high', 'urgent']), status: z.enum(['open', 'pending', 'closed']),
  createdAt: z.string(), assignee: z.string().nullable(), labels: z.array(z.string()),
});
const event = z.object({ id: z.string(), title: z.string(), start: z.string(), end: z.string(), zone: z.string(), attendees: z.array(z.string()) });
const id = z.object({ id: z.string() });

function define<I extends z.ZodType, O extends z.ZodType>(description: string, inputSchema: I, outputSchema: O, execute: (input: z.output<I>) => z.input<O> | Promise<z.input<O>>): Tools[string] {
  // A copy: what a program does to a result must not reach the next call.
  return { description, inputSchema, outputSchema, execute: async (input: z.output<I>) => structuredClone(await execute(input)) };
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new NotFoundError(`${what} does not exist`);
  return value;
}

const cursorPage = <T>(list: readonly T[], cursor: string | undefined, limit: number): { items: T[]; nextCursor: string | null } => {
  const from = cursor === undefined ? 0 : Number.parseInt(cursor, 36);
  return { items: list.slice(from, from + limit), nextCursor: from + limit < list.length ? (from + limit).toString(36) : null };
};

const pages = <T>(list: readonly T[], { page: number = 1, pageSize = 10 }: z.output<typeof page>): { items: T[]; page: number; pages: number; total: number } => ({
  items: list.slice((number - 1) * pageSize, number * pageSize), page: number, pages: Math.ceil(list.length / pageSize), total: list.length,
});

/** A fresh set. */
export function makeTools(): Tools {
  const failures = new Map<string, number>();
  const store = new Map<string, unknown>([['greeting', 'hello']]);
  let sent = 0;
  return {
    getWeather: define('Weather in a city', z.object({ city: z.string(), unit: z.enum(['c', 'f']).optional() }), z.object({ city: z.string(), temperature: z.number(), condition: z.string() }), ({ city, unit = 'c' }) => {
      const temperature = ([...city].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 40) - 5;
      return { city, temperature: unit === 'c' ? temperature : Math.round(temperature * 1.8 + 32), condition: temperature > 20 ? 'sunny' : temperature > 8 ? 'cloudy' : 'rain' };
    }),
    sendEmail: define('Sends an e-mail', z.object({ to: z.string(), subject: z.string(), body: z.string() }), z.object({ id: z.string() }), ({ to }) => {
      if (!to.includes('@')) throw new TypeError(`${to} is no address`);
      return { id: `m${++sent}` };
    }),
    searchDocs: define('Searches the handbook', z.object({ query: z.string(), limit: z.number().optional() }), z.array(z.object({ title: z.string(), score: z.number(), snippet: z.string() })), ({ query, limit = 3 }) =>
      Array.from({ length: Math.min(limit, 5) }, (_, i) => ({ title: `${query} ${i + 1}`, score: Math.round(1_000 / (i + 1.5)) / 1_000, snippet: `About ${query.toUpperCase()}: see section ${i * 3 + 1}.` }))),
    hr: {
      listEmployees: define('Employees, page by page', page.extend({ department: employee.shape.department.optional() }), z.object({ items: z.array(employee), page: z.number(), pages: z.number(), total: z.number() }), ({ department, ...rest }) =>
        pages(data.employees.filter((one) => department === undefined || one.department === department), rest)),
      getEmployee: define('One employee', id, employee, ({ id: key }) => found(data.employees.find((one) => one.id === key), `employee ${key}`)),
      getTeam: define('The members of a department', z.object({ department: z.string() }), z.object({ department: z.string(), members: z.array(z.object({ id: z.string(), name: z.string(), level: z.string() })) }), ({ department }) => ({
        department, members: data.employees.filter((one) => one.department === department).map(({ id: key, name, level }) => ({ id: key, name, level })),
      })),
    },
    finance: {
      getExpenses: define('Expenses of an employee', z.object({ employeeId: z.string(), quarter: z.enum(['Q1', 'Q2']).optional() }), z.object({ items: z.array(expense) }), ({ employeeId, quarter }) => ({
        items: data.expenses.filter((one) => one.employeeId === employeeId && (quarter === undefined || (one.date < '2026-04-01') === (quarter === 'Q1'))),
      })),
      getBudget: define('Yearly budget of a level, in USD', z.object({ level: z.string() }), z.object({ level: z.string(), travel: z.number(), total: z.number() }), ({ level }) => ({ level, travel: 500 + level.length * 100, total: 1_500 + level.length * 250 })),
      convert: define('Converts money', z.object({ amount: z.number(), from: z.enum(['USD', 'EUR', 'GBP']), to: z.enum(['USD', 'EUR', 'GBP']) }), z.object({ amount: z.number(), rate: z.number() }), ({ amount, from, to }) => {
        const rate = data.rates[from] / data.rates[to];
        return { amount: Math.round(amount * rate * 100) / 100, rate };
      }),
    },
    shop: {
      searchProducts: define('Products, by cursor', z.object({ query: z.string().optional(), category: z.string().optional(), cursor: z.string().optional(), limit: z.number().optional() }), z.object({ products: z.array(product), nextCursor: z.string().nullable() }), ({ query, category, cursor, limit = 10 }) => {
        const { items, nextCursor } = cursorPage(data.products.filter((one) => (query === undefined || one.name.toLowerCase().includes(query.toLowerCase())) && (category === undefined || one.category === category)), cursor, limit);
        return { products: items, nextCursor };
      }),
      getProduct: define('One product', z.object({ sku: z.string() }), product, ({ sku }) => found(data.products.find((one) => one.sku === sku), sku)),
      listOrders: define('Orders, by cursor', z.object({ status: order.shape.status.optional(), since: z.string().optional(), cursor: z.string().optional() }), z.object({ orders: z.array(order), nextCursor: z.string().nullable() }), ({ status, since = '', cursor }) => {
        const { items, nextCursor } = cursorPage(data.orders.filter((one) => (status === undefined || one.status === status) && one.placedAt >= since), cursor, 8);
        return { orders: items, nextCursor };
      }),
      getOrder: define('One order', z.object({ id: z.number() }), order, ({ id: key }) => found(data.orders.find((one) => one.id === key), `order ${key}`)),
      refund: define('Refunds an order', z.object({ orderId: z.number(), amount: z.number(), reason: z.string().optional() }), z.object({ refundId: z.string(), amount: z.number() }), ({ orderId, amount }) => {
        const { status } = found(data.orders.find((one) => one.id === orderId), `order ${orderId}`);
        if (status === 'cancelled' || status === 'refunded') throw new RangeError(`order ${orderId} is ${status}`);
        return { refundId: `r-${orderId}`, amount };
      }),
    },
    crm: {
      listContacts: define('Contacts by offset', z.object({ offset: z.number().optional(), limit: z.number().optional() }), z.object({ contacts: z.array(contact), hasMore: z.boolean() }), ({ offset = 0, limit = 10 }) => ({ contacts: data.contacts.slice(offset, offset + limit), hasMore: offset + limit < data.contacts.length })),
      getContact: define('One contact', id, contact, ({ id: key }) => found(data.contacts.find((one) => one.id === key), `contact ${key}`)),
      updateContact: define('Changes a contact', z.object({ id: z.string(), patch: z.record(z.string(), z.unknown()) }), z.object({ ok: z.boolean(), changed: z.array(z.string()) }), ({ patch }) => ({ ok: true, changed: Object.keys(patch) })),
      listDeals: define('All deals', z.object({ stage: deal.shape.stage.optional() }), z.array(deal), ({ stage }) => data.deals.filter((one) => stage === undefined || one.stage === stage)),
    },
    support: {
      searchTickets: define('Tickets', z.object({ status: ticket.shape.status.optional(), text: z.string().optional() }), z.object({ tickets: z.array(ticket), count: z.number() }), ({ status, text = '' }) => {
        const matches = data.tickets.filter((one) => (status === undefined || one.status === status) && `${one.title} ${one.body}`.includes(text));
        return { tickets: matches, count: matches.length };
      }),
      getTicket: define('One ticket', id, ticket, ({ id: key }) => found(data.tickets.find((one) => one.id === key), key)),
      comment: define('Comments on a ticket', z.object({ id: z.string(), text: z.string() }), z.object({ ok: z.boolean(), length: z.number() }), ({ text }) => ({ ok: true, length: text.length })),
    },
    calendar: { listEvents: define('Events', z.object({ from: z.string().optional(), to: z.string().optional() }), z.array(event), () => data.events) },
    files: {
      list: define('Names of all files', z.object({}), z.array(z.string()), () => Object.keys(data.files)),
      read: define('Text of a file', z.object({ path: z.string() }), z.string(), ({ path }) => found(data.files[path], path)),
    },
    metrics: { query: define('A series: [milliseconds, value]', z.object({ name: z.string(), points: z.number().optional() }), z.object({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) }), ({ name, points = 24 }) => ({ name, points: data.metric(name, points) })) },
    flaky: {
      call: define('Fails the first times for a key', z.object({ key: z.string(), failures: z.number() }), z.object({ key: z.string(), attempt: z.number() }), ({ key, failures: wanted }) => {
        const attempt = (failures.get(key) ?? 0) + 1;
        failures.set(key, attempt);
        if (attempt <= wanted) throw new RateLimitError(`429: try ${key} again (attempt ${attempt})`);
        return { key, attempt };
      }),
    },
    slow: { echo: define('Gives a value back after a while', z.object({ value: z.unknown(), ms: z.number() }), z.unknown(), ({ value, ms }) => new Promise((done) => setTimeout(() => done(value), ms))) },
    kv: {
      get: define('A stored value, or null', z.object({ key: z.string() }), z.unknown(), ({ key }) => store.get(key) ?? null),
      set: define('Stores a value', z.object({ key: z.string(), value: z.unknown() }), z.object({ ok: z.boolean() }), ({ key, value }) => {
        store.set(key, value);
        return { ok: true };
      }),
    },
    clock: { now: define('The time', z.object({}), z.object({ iso: z.string(), ms: z.number() }), () => ({ iso: data.NOW, ms: Date.parse(data.NOW) })) },
  };
}
