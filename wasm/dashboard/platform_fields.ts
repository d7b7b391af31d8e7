// What the `type_data` of each platform's notifiers may hold: for forms and previews, and fetched with them.

import { ownPlatform } from './own_platforms.js';
import { type PlatformField, platforms as rows } from './platform_rows.js';

/** A field, with what a row of the server's own calls it and says of it. */
export interface FormField extends PlatformField {
  label?: string;
  help?: string;
}

/** Empty for a platform that is not known here. */
export function fieldsOf(platform: string, own = ownPlatform(platform)): readonly FormField[] {
  const builtIn = rows.find(({ name }) => name === platform)?.fields;
  if (builtIn) return builtIn;
  return (own?.fields ?? []).map(({ key, label, help, kind = 'text', required = false, secret = false, choices, default: fallback }) => ({
    key, kind, required, secret, shown: !secret, ...(label !== undefined && { label }), ...(help !== undefined && { help }), ...(fallback !== undefined && { fallback }), ...(choices && { choices: choices.join(' ') }),
  }));
}
