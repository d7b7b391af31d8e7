// What the server answers to: paths, methods, and who may ask, as the description of its API has it.

import { readFileSync } from 'node:fs';

/** What a token has to be allowed: nothing, to look, to send events and deliveries again, to change apps, notifiers and users. */
export type Scope = 'open' | 'read' | 'events' | 'manage';

/** What a request asks for. */
export interface RouteMatch {
  /** As the description has it: `/v1/apps/{app}/notifiers`; `other` for all that it does not have. */
  pattern: string;
  /** Of what is not known: `manage`. */
  scope: Scope;
  /** The app that the path names, decoded; undefined where it names none. */
  app?: string | undefined;
}

/** The OpenAPI document, as it is served. */
export const description = readFileSync(new URL('./openapi.json', import.meta.url), 'utf8');

interface Route {
  pattern: string;
  segments: string[];
  methods: Map<string, Scope>;
}

const isVariable = (segment: string): boolean => segment.startsWith('{');

function readScope({ security = [] }: { security?: { token: Scope[] }[] }): Scope {
  return security[0]?.token[0] ?? 'open';
}

const { paths } = JSON.parse(description) as { paths: Record<string, Record<string, { security?: { token: Scope[] }[] }>> };
const routes: Route[] = Object.entries(paths)
  .map(([pattern, item]) => ({
    pattern,
    segments: pattern.slice(1).split('/'),
    methods: new Map(Object.entries(item).flatMap(([name, operation]) => (Array.isArray(operation) ? [] : [[name.toUpperCase(), readScope(operation)]]))),
  }))
  // What names more of itself goes first: /v1/notification_platforms/search before .../{id}.
  .sort((a, b) => a.segments.filter(isVariable).length - b.segments.filter(isVariable).length);

/** @param url path and query, percent-encoded */
export function findRoute(method: string, url: string): RouteMatch {
  const [path = ''] = url.split('?');
  let segments: string[];
  try {
    segments = path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return { pattern: 'other', scope: 'manage' };
  }
  const route = routes.find((each) => each.segments.length === segments.length && each.segments.every((segment, i) => (isVariable(segment) ? segments[i] !== '' : segment === segments[i])));
  if (route === undefined) return { pattern: 'other', scope: 'manage' };
  const app = route.segments.indexOf('{app}');
  // A method that the description does not have is answered with 405, or is not documented: that takes all there is.
  return { pattern: route.pattern, scope: route.methods.get(method === 'HEAD' ? 'GET' : method) ?? 'manage', app: segments[app] };
}
