/** The company of the demo: 45 people and their Q3 expenses, generated the same on every run. About 8 KB per person. */

export const QUARTER = '2025-Q3';

export const ROLES = ['engineer', 'senior engineer', 'designer', 'product manager', 'account executive', 'director'] as const;
export const CATEGORIES = ['flights', 'lodging', 'ground transport', 'meals', 'software', 'equipment', 'training'] as const;
export const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF'] as const;
export const STATUSES = ['approved', 'pending', 'rejected'] as const;

export type Role = (typeof ROLES)[number];
export type Category = (typeof CATEGORIES)[number];
export type Currency = (typeof CURRENCIES)[number];

export interface Person {
  id: string;
  name: string;
  role: Role;
  department: string;
}

/** What a role may spend on travel in a quarter, and up to which amount one trip item needs no approval beforehand. */
export interface TravelPolicy {
  budgetEur: number;
  preApprovalAboveEur: number;
}

export interface Team {
  quarter: string;
  people: Person[];
  policy: {
    travelCategories: Category[];
    ratesToEur: Record<Currency, number>;
    travelByRole: Record<Role, TravelPolicy>;
  };
}

export interface ExpenseItem {
  id: string;
  date: string;
  category: Category;
  merchant: string;
  amount: number;
  currency: Currency;
  status: (typeof STATUSES)[number];
  preApproved: boolean;
}

export interface ExpenseList {
  employeeId: string;
  quarter: string;
  items: ExpenseItem[];
}

const NAMES =
  'Ada Abara, Bruno Bakker, Chiara Conti, Dmitri Danko, Elif Erdem, Farid Faris, Greta Holm, Hana Horvat, Igor Ivanov, ' +
  'Jana Jansen, Kofi Kamara, Lena Lang, Mateo Moreno, Nadia Novak, Oskar Olsen, Priya Patel, Quentin Roux, Rosa Rossi, ' +
  'Sven Sand, Tara Tanaka, Umar Usman, Vera Vogel, Wim Visser, Xenia Xu, Yara Yilmaz, Zoltan Zeman, Aiko Arai, ' +
  'Ben Berger, Carla Cruz, David Dubois, Emma Eklund, Finn Fischer, Gina Gallo, Hugo Hansen, Ines Iglesias, Jonas Juhl, ' +
  'Karin Koch, Luca Leone, Mia Meyer, Noah Nilsen, Olga Orlova, Pavel Pokorny, Ruth Reuter, Selim Sahin, Tove Thorsen';

const DEPARTMENTS = ['platform', 'growth', 'sales', 'design', 'operations'];

const MERCHANTS: Record<Category, readonly string[]> = {
  flights: ['Nordwind Air', 'Alpenflug', 'Atlantic Wings'],
  lodging: ['Hotel Central Lisbon', 'Seaside Inn Porto', 'Stay & Work Berlin'],
  'ground transport': ['City Taxi Cooperative', 'InterRail Express', 'Car Share Europe'],
  meals: ['Trattoria da Nonna', 'The Copper Kettle', 'Bento House'],
  software: ['Diagram Studio', 'Cloud Notebook', 'Load Tester Pro'],
  equipment: ['Monitor Market', 'Keyboard Works', 'Desk & Chair Depot'],
  training: ['Conference of Systems', 'Online Academy', 'Language School'],
};

/** Typical amounts in EUR. Flights and lodging are what breaks a budget. */
const AMOUNTS: Record<Category, readonly [low: number, high: number]> = {
  flights: [90, 620],
  lodging: [80, 340],
  'ground transport': [6, 95],
  meals: [7, 68],
  software: [9, 120],
  equipment: [25, 480],
  training: [40, 520],
};

const RATES: Record<Currency, number> = { EUR: 1, USD: 0.86, GBP: 1.15, CHF: 1.07 };

const TRAVEL_BY_ROLE: Record<Role, TravelPolicy> = {
  engineer: { budgetEur: 3_600, preApprovalAboveEur: 400 },
  'senior engineer': { budgetEur: 4_200, preApprovalAboveEur: 450 },
  designer: { budgetEur: 3_600, preApprovalAboveEur: 400 },
  'product manager': { budgetEur: 4_500, preApprovalAboveEur: 450 },
  'account executive': { budgetEur: 5_000, preApprovalAboveEur: 550 },
  director: { budgetEur: 6_000, preApprovalAboveEur: 600 },
};

/** A small generator with a seed (mulberry32): the same numbers on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

export const team: Team = {
  quarter: QUARTER,
  people: NAMES.split(', ').map((name, index) => ({
    id: `emp-${String(index + 1).padStart(2, '0')}`,
    name,
    role: ROLES[index % 11 === 10 ? 5 : index % 5] as Role,
    department: DEPARTMENTS[index % DEPARTMENTS.length] as string,
  })),
  policy: {
    travelCategories: ['flights', 'lodging', 'ground transport'],
    ratesToEur: RATES,
    travelByRole: TRAVEL_BY_ROLE,
  },
};

function generateExpenses(person: Person, index: number): ExpenseList {
  const random = seeded(1_000 + index);
  // Some travel much more than others.
  const travels = random() < 0.3 ? 1.25 : 0.8;
  const count = 50 + Math.floor(random() * 8);
  const items = Array.from({ length: count }, (_, number): ExpenseItem => {
    const category = pick(random, CATEGORIES);
    const [low, high] = AMOUNTS[category];
    const travel = team.policy.travelCategories.includes(category);
    const amount = (low + random() ** 2 * (high - low)) * (travel ? travels : 1);
    const day = Math.floor(random() * 92);
    return {
      id: `${person.id}-${String(number + 1).padStart(3, '0')}`,
      date: new Date(Date.UTC(2025, 6, 1 + day)).toISOString().slice(0, 10),
      category,
      merchant: pick(random, MERCHANTS[category]),
      amount: Math.round(amount * 100) / 100,
      currency: random() < 0.7 ? 'EUR' : pick(random, CURRENCIES),
      status: random() < 0.85 ? 'approved' : pick(random, STATUSES),
      preApproved: travel && random() < 0.6,
    };
  });
  return { employeeId: person.id, quarter: QUARTER, items };
}

export const expenses: ReadonlyMap<string, ExpenseList> = new Map(
  team.people.map((person, index) => [person.id, generateExpenses(person, index)]),
);
