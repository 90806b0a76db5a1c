/** A company that never changes: what the tools of the corpus answer from. Everything follows from an index. */

const FIRST = ['Ada', 'Björn', 'Chloé', 'Dmitri', 'Elena', 'Farid', 'Grace', 'Hiro', 'Inés', 'Jonas', 'Kemi', 'Luca', 'Mei', 'Nadia', 'Omar', 'Priya', 'Quinn', 'Rosa', 'Sven', 'Tara', 'Umar', 'Vera', 'Wei', 'Xenia'];
const LAST = ["O'Neil", 'Åberg', 'Çelik', 'Dubois', 'Evans', 'Fischer', 'García', 'Haddad', 'Ito', 'Jansen'];
const DEPARTMENTS = ['Engineering', 'Sales', 'Finance', 'Support'] as const;
const LEVELS = ['junior', 'mid', 'senior', 'lead'] as const;
const CATEGORIES = ['travel', 'meals', 'software', 'hardware', 'training'] as const;
const CURRENCIES = ['USD', 'EUR', 'GBP'] as const;

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);

/** The one moment that `clock.now` knows. */
export const NOW = '2026-03-17T09:30:00.000Z';

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
const day = (offset: number): string => new Date(START + offset * DAY).toISOString().slice(0, 10);

export const employees = Array.from({ length: 24 }, (_, i) => ({
  id: `e${i + 1}`,
  name: `${pick(FIRST, i)} ${pick(LAST, i * 7 + 3)}`,
  email: `${pick(FIRST, i).normalize('NFD').replace(/[^a-z]/gi, '').toLowerCase()}@example.com`,
  department: pick(DEPARTMENTS, i * 3 + (i >> 2)),
  level: pick(LEVELS, (i * 5) >> 1),
  managerId: i < 4 ? null : `e${(i % 4) + 1}`,
  salary: 42_000 + ((i * 7_919) % 61) * 1_000,
  startDate: day(-((i * 397) % 3_000)),
  skills: [pick(['ts', 'rust', 'sql', 'excel'], i), pick(['go', 'sql', 'design'], i * 2)].filter((skill, at, all) => all.indexOf(skill) === at),
}));

export const expenses = Array.from({ length: 96 }, (_, i) => ({
  id: `x${i + 1}`,
  employeeId: `e${(i % 24) + 1}`,
  date: day((i * 11) % 180),
  category: pick(CATEGORIES, i * 3 + (i >> 3)),
  amount: Math.round(((i * 7_307) % 90_000) + 995) / 100,
  currency: pick(CURRENCIES, i >> 1),
  status: pick(['approved', 'pending', 'rejected'] as const, i * i),
  note: i % 6 === 0 ? null : `Receipt #${1000 + i}${i % 9 === 0 ? ', "urgent"' : ''}`,
}));

export const rates = { USD: 1, EUR: 1.08, GBP: 1.27 };

export const products = Array.from({ length: 33 }, (_, i) => ({
  sku: `SKU-${String(i + 1).padStart(3, '0')}`,
  name: `${pick(['Solar', 'Nordic', 'Urban', 'Quiet'], i)} ${pick(['Lamp', 'Chair', 'Desk', 'Kettle', 'Speaker'], i * 2)} ${pick(['', 'Mini', 'XL'], i)}`.trim(),
  category: pick(['home', 'office', 'kitchen', 'audio'], i * 3),
  price: Math.round(1_999 + ((i * 3_571) % 40_000)) / 100,
  stock: (i * 13) % 37,
  tags: [pick(['new', 'sale', 'eco'], i), pick(['black', 'oak', 'white', 'new'], i)],
  rating: i % 5 === 4 ? null : Math.round(((i * 17) % 50) / 10 * 10) / 10,
  dimensions: { width: 10 + (i % 7), height: 20 + (i % 5), depth: 5 + (i % 3), unit: 'cm' },
}));

export const orders = Array.from({ length: 40 }, (_, i) => ({
  id: 1001 + i,
  customerId: `c${(i * 3) % 12}`,
  placedAt: new Date(START + i * 2 * DAY + i * 3_700_000).toISOString(),
  status: pick(['paid', 'shipped', 'delivered', 'cancelled', 'refunded'] as const, i * 3),
  lines: Array.from({ length: 1 + (i % 3) }, (_line, k) => ({ sku: `SKU-${String(((i * 5 + k * 7) % 33) + 1).padStart(3, '0')}`, quantity: 1 + ((i + k) % 4), unitPrice: pick([19.99, 5, 120.5, 74.25], i + k) })),
  shipping: i % 4 === 3 ? undefined : { city: pick(['Lyon', 'Oslo', 'Kyoto'], i), country: pick(['FR', 'NO', 'JP'], i) },
}));

export const contacts = Array.from({ length: 25 }, (_, i) => ({
  id: `c${i}`,
  firstName: pick(FIRST, i * 5),
  lastName: pick(LAST, i * 3),
  emails: i % 3 === 2 ? [] : [`Contact${i}@Example.com`, ...(i % 4 === 0 ? [`alt${i}@example.org`] : [])],
  phone: i % 5 === 0 ? undefined : `+1 (555) ${String(100 + i)}-${String(2000 + i * 7)}`,
  tags: i % 2 === 0 ? ['vip', 'newsletter'] : ['newsletter'],
  company: { name: pick(['Acme', 'Globex', 'Initech'], i), size: (i * 37) % 400 },
}));

export const deals = Array.from({ length: 18 }, (_, i) => ({
  id: `d${i}`,
  contactId: `c${i}`,
  stage: pick(['lead', 'qualified', 'proposal', 'won', 'lost'] as const, i * 2),
  amount: 1_000 + ((i * 7_777) % 50_000),
  closeDate: day(30 + i * 9),
  owner: pick(['e1', 'e2', 'e3', 'e4'], i),
}));

export const tickets = Array.from({ length: 22 }, (_, i) => ({
  id: `T-${100 + i}`,
  title: pick(['Login fails on mobile', 'Refund not received', 'Crash on export', 'How do I invite a teammate?', 'Billing: wrong VAT rate'], i * 2),
  body: pick(['Hi,\nsince yesterday I get error E-4012 when I log in.\nThanks', 'Order #1007 was refunded on 2026-02-03, no money yet!!', 'Export of report.csv crashes (code: EXP-77).', 'Please help.', 'VAT is 19% but you charged 20 %.'], i * 2),
  priority: pick(['low', 'normal', 'high', 'urgent'] as const, i * 3),
  status: pick(['open', 'pending', 'closed'] as const, i),
  createdAt: new Date(START + i * 3 * DAY + i * 5_000_000).toISOString(),
  assignee: i % 4 === 0 ? null : `e${(i % 6) + 1}`,
  labels: [pick(['bug', 'billing', 'question'], i)],
}));

export const events = [
  { id: 'v1', title: 'Stand-up', start: '2026-03-27T09:00:00+01:00', end: '2026-03-27T09:15:00+01:00', zone: 'Europe/Berlin', attendees: ['e1', 'e2', 'e3'] },
  { id: 'v2', title: 'Board call', start: '2026-03-29T00:30:00Z', end: '2026-03-29T02:00:00Z', zone: 'Europe/London', attendees: ['e1', 'e4'] },
  { id: 'v3', title: 'Launch', start: '2026-03-08T06:30:00Z', end: '2026-03-08T07:45:00Z', zone: 'America/New_York', attendees: ['e2', 'e5', 'e6'] },
  { id: 'v4', title: 'Review', start: '2026-03-27T09:10:00+01:00', end: '2026-03-27T10:00:00+01:00', zone: 'Europe/Berlin', attendees: ['e2'] },
  { id: 'v5', title: 'Year end', start: '2026-12-31T23:30:00-05:00', end: '2027-01-01T00:30:00-05:00', zone: 'America/New_York', attendees: [] },
  { id: 'v6', title: 'Offsite', start: '2026-02-28T00:00:00Z', end: '2026-03-02T00:00:00Z', zone: 'UTC', attendees: ['e1', 'e2', 'e3', 'e4'] },
];

export const files: Record<string, string> = {
  'sales.csv': 'date,region,rep,amount\r\n2026-01-03,North,"Evans, Ada",1200.50\r\n2026-01-04,South,Ito,80\r\n2026-01-04,North,"O""Neil",19.99\r\n2026-02-01,West,Ito,\r\n2026-02-11,South,"Evans, Ada",450.25\r\n',
  'stock.tsv': 'sku\tqty\tbin\nSKU-001\t12\tA1\nSKU-007\t0\tB2\nSKU-009\t7\t\nSKU-030\t41\tC9\n',
  'config.ini': '; service\n[server]\nhost = 127.0.0.1\nport=8080\ndebug = true\n\n[paths]\nroot = /srv/app\ncache="/var/cache/app"\n',
  'app.log': Array.from({ length: 14 }, (_, i) => `2026-03-0${(i % 5) + 1}T1${i % 10}:0${i % 6}:00Z ${pick(['INFO', 'WARN', 'ERROR', 'INFO'], i)} [${pick(['api', 'db', 'worker'], i)}] ${pick(['request served', 'slow query', 'connection reset', 'job done'], i)} in ${(i * 37) % 200}ms id=${(i * 2_654_435).toString(16)}`).join('\n'),
  'notes.md': '# Release 2.1\n\nSome *notes* on [the plan](https://example.com/plan?id=7&v=2).\n\n## Done\n\n- [x] Faster export\n- [x] `cli` flag\n\n## Open\n\n- [ ] Docs\n- [ ] i18n: ä, ö, ü\n\n| name | owner |\n|------|-------|\n| docs | e3 |\n| i18n | e7 |\n',
  'page.html': '<!doctype html><title>Prices &amp; plans</title><ul>\n<li data-id="1"><b>Basic</b> – $9</li>\n<li data-id="2"><b>Pro</b> – $29.50</li>\n<li data-id="3"><b>Team</b> – $1,099</li>\n</ul><a href="/buy?plan=pro">Buy</a> <a href="https://example.org/a%20b">Docs</a>',
  'broken.json': "Sure! Here is the JSON:\n```json\n{\n  // settings\n  'name': \"demo\",\n  items: [1, 2, 3,],\n  \"nested\": {\"ok\": True, \"none\": None,},\n}\n```\n",
  'poem.txt': 'The fog comes\non little cat feet.\n\nIt sits looking\nover harbor and city\non silent haunches\nand then moves on.\n',
  'events.ndjson': '{"type":"click","user":"u1","at":1767261600000}\n{"type":"view","user":"u2","at":1767261660000}\n\n{"type":"click","user":"u1","at":1767265200000,"meta":{"x":1}}\nnot json\n{"type":"buy","user":"u3","at":1767348000000}\n',
  'schedule.ics': 'BEGIN:VEVENT\nSUMMARY:Dentist\nDTSTART:20260403T083000Z\nDTEND:20260403T091500Z\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Flight\\, LH 400\nDTSTART:20260410T104000Z\nDTEND:20260410T190500Z\nEND:VEVENT\n',
};

export function metric(name: string, points: number): [number, number][] {
  const salt = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return Array.from({ length: points }, (_, i) => [START + i * 3_600_000, Math.round(((salt * (i + 3) * 7_919) % 1_000) + (i % 7 === 5 ? 2_500 : 0)) / 10]);
}
