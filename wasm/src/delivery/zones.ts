// What the JavaScript engine knows of time zones.

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    const parts = { era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', { timeZone: zone, hourCycle: 'h23', ...parts });
    formats.set(zone, format);
  }
  return format;
}

/**
 * How many seconds a zone is east of UTC.
 *
 * @param zone a name of the IANA database
 * @param at milliseconds since 1970
 * @returns undefined of a zone that is not known
 */
export function zoneOffset(zone: string, at: number): number | undefined {
  try {
    const second = Math.floor(at / 1_000) * 1_000;
    const found: Record<string, string> = {};
    for (const { type, value } of formatOf(zone).formatToParts(second)) found[type] = value;
    const part = (name: string) => Number(found[name]);
    const local = new Date(0);
    local.setUTCFullYear(found['era']!.startsWith('B') ? 1 - part('year') : part('year'), part('month') - 1, part('day'));
    local.setUTCHours(part('hour'), part('minute'), part('second'));
    return Math.round((local.getTime() - second) / 1_000);
  } catch {
    return undefined; // a RangeError: no such zone, or no such time
  }
}
