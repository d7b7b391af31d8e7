// What the `type_data` of each platform's notifiers may hold: for forms and previews, and fetched with them.

import { type PlatformField, platforms as rows } from './platform_rows.js';

/** Empty for a platform that is not known here. */
export function fieldsOf(platform: string): readonly PlatformField[] {
  return rows.find(({ name }) => name === platform)?.fields ?? [];
}
