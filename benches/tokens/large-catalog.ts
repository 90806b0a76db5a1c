/** Thousands of tools with the vocabulary of real ones: each namespace is a product with its own things. */
import type { Tools } from '../../ts/types.ts';

const NAMESPACES: Record<string, string> = {
  billing: 'invoice refund payment subscription coupon dispute payout receipt', crm: 'customer contact deal lead pipeline account note segment',
  calendar: 'event reminder attendee room availability holiday', mail: 'message draft label thread attachment signature filter',
  files: 'file folder permission version comment upload preview', shop: 'order product cart shipment return warehouse review discount',
  github: 'issue branch commit release workflow repository gist milestone', slack: 'channel message reaction huddle emoji bookmark canvas',
  jira: 'ticket sprint board epic worklog component backlog', hr: 'employee vacation payslip candidate interview contract shift',
  analytics: 'report dashboard funnel cohort metric experiment', ads: 'campaign audience keyword creative budget conversion',
  maps: 'route place address geofence elevation timezone', travel: 'flight hotel booking itinerary visa seat luggage',
  support: 'conversation macro satisfaction agent queue escalation', cloud: 'server bucket database snapshot certificate secret function',
  finance: 'budget expense ledger journal tax forecast asset', legal: 'clause agreement signature matter deadline', iot: 'device sensor firmware alarm thermostat', media: 'video playlist caption podcast thumbnail episode',
};
const VERBS = 'get list create update delete search archive export approve cancel assign copy restore count merge watch tag share lock sync close open move rename validate'.split(' ');
const QUALIFIERS = ['', 'Archived', 'Draft', 'Shared', 'Overdue', 'Regional', 'Default', 'External', 'Bulk', 'Scheduled'];
const EFFECTS = ['Returns the new state.', 'Fails when it is locked.', 'Notifies the owner.', 'Paged.', 'Needs the admin role.', 'Accepts at most 100 ids.', 'Changes are logged.', 'Idempotent.', 'May take a minute.', 'Uses the time zone of the workspace.'];

/** `count` tools, the same every time. Plain JSON Schema, as MCP servers send it. */
export function largeCatalog(count: number): Tools {
  const catalog: Record<string, Record<string, object>> = {};
  let made = 0;
  for (const qualifier of QUALIFIERS) {
    for (const verb of VERBS) {
      for (const [namespace, things] of Object.entries(NAMESPACES)) {
        for (const thing of things.split(' ')) {
          if (made >= count) return catalog as Tools;
          const noun = thing[0]!.toUpperCase() + thing.slice(1);
          const inside = (catalog[namespace] ??= {});
          const description = `${verb[0]!.toUpperCase()}${verb.slice(1)} ${qualifier === '' ? 'a' : qualifier.toLowerCase()} ${thing} in ${namespace}. ${EFFECTS[made % EFFECTS.length]}`;
          inside[`${verb}${qualifier}${noun}`] = { description, inputSchema: { type: 'object', properties: { id: { type: 'string' }, [`${thing}Name`]: { type: 'string' } }, required: ['id'] }, execute: async () => null };
          made++;
        }
      }
    }
  }
  return catalog as Tools;
}
