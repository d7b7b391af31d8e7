// Platforms of hosts' own: rows of vocabularies, known by their names to all that delivers in this program.

/** One that an engine has taken over, as JSON. */
interface Known {
  name: string;
  row: string;
}

interface Row {
  name: string;
  fields?: readonly { key: string; secret?: boolean; in?: string; name?: string }[];
  request: { body: unknown };
}

// Each entry of the package is a file of its own: what they share lies beside them all.
const key = Symbol.for('notifier-wasm.platforms');
const all: Known[] = ((globalThis as { [key]?: Known[] })[key] ??= []);

/** How often a name has come to mean another row. */
export function changesOfPlatforms(): number {
  return all.length;
}

/** The rows since, as a JSON array. */
export function platformsSince(count: number): string {
  return `[${all.slice(count).map(({ row }) => row).join(',')}]`;
}

function latest(name: string): Known | undefined {
  return all.filter((one) => one.name === name).pop();
}

/** From now on it is the one that its name means. */
export function takeOver(name: string, row: string): void {
  if (latest(name)?.row !== row) all.push({ name, row });
}

/** What is secret in a body that was made by a platform's row. */
export function secretsByRow(platform: string, body: unknown): string[] {
  const known = latest(platform);
  if (known === undefined) return [];
  const { fields = [], request } = JSON.parse(known.row) as Row;
  const secret = fields.filter((field) => field.secret);
  const found: string[] = [];
  const visit = (template: unknown, value: unknown): void => {
    if (typeof template === 'string') {
      const isSecret = secret.some((field) => template.includes(`{@notifier.${field.key}}`));
      if (isSecret && (typeof value === 'string' || typeof value === 'number')) found.push(String(value));
    } else if (template !== null && typeof template === 'object' && value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(template)) visit(inner, (value as Record<string, unknown>)[name]);
    }
  };
  visit(request.body, body);
  for (const { in: place, key, name = key } of secret) {
    const value = place === 'body' ? Object(body)[name] : undefined;
    if (typeof value === 'string' || typeof value === 'number') found.push(String(value));
  }
  return found;
}
