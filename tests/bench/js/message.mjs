// What a program without this library says of an event, in the words of this library so that the bytes can be compared. Shared by
// both programs in JavaScript; written as a good user would: one case a kind, no limits and none of the odd cases.

const duration = (seconds) => (seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min${seconds % 60 ? ` ${seconds % 60} s` : ''}`);
const commit = (hash) => hash.slice(0, 7);
const megabytes = (bytes) => `${Math.floor(bytes / 1e6)}.${Math.floor((bytes % 1e6) / 1e5)} MB`;

/** The first lines of the messages of up to three commits, and how many more there are. */
function changes({ commits, remaining }) {
  const lines = commits.slice(0, 3).filter(({ message }) => message).map(({ message, author }) => `"${message.split('\n', 1)[0]}"${author ? ` (${author})` : ''}`);
  const more = remaining + Math.max(0, commits.length - 3);
  if (more !== 0 && lines.length !== 0) return `${lines.join(', ')} and ${more} more`;
  return lines.join(', ').replace(/, (?=[^,]*$)/, ' and ');
}

/** From "1:S" to "3:S" is "from 1 to 3 (S)". */
function scaling(before, after) {
  const [was, oldSize] = before.split(':');
  const [is, size] = after.split(':');
  return `from ${was}${oldSize === size ? '' : ` (${oldSize})`} to ${is} (${size})`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function describe(event) {
  const { type: kind, app_name: app, type_data: data } = event;
  const message = { title: '', sentence: '', name: '', link: '', color: 'info', fields: [], actor: event.user.username, app, kind, eventId: event.id, time: '', mailTime: '' };
  const field = (label, value, code = false) => value && message.fields.push({ label, value: String(value), code });
  const time = new Date(event.created_at);
  message.mailTime = time.toUTCString().replace('GMT', '+0000');
  message.time = `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}, ${event.created_at.slice(11, 16)} UTC`;
  switch (kind) {
    case 'deployment': {
      message.link = data.git_ref_url;
      if (data.status === 'success') {
        message.color = 'success';
        message.title = 'deployment succeeded';
        message.sentence = `Commit ${commit(data.git_ref)} was deployed to ${app} in ${duration(data.duration)}.`;
      } else if (data.status === 'aborted') {
        message.color = 'warning';
        message.title = 'deployment aborted';
        message.sentence = `The deployment of commit ${commit(data.git_ref)} to ${app} was aborted after ${duration(data.duration)}.`;
      } else {
        message.color = 'error';
        message.link = '';
        message.title = 'deployment failed';
        message.sentence = `The deployment of commit ${commit(data.git_ref)} to ${app} failed after ${duration(data.duration)}: ${data.status === 'build-error' ? 'the build failed' : 'the new version crashed on start'}.`;
      }
      if (!message.link) message.fields.push({ label: 'Commit', value: data.git_ref_url, code: false, link: true });
      const told = changes(data.last_commits);
      if (told) message.fields.push({ label: 'Changes', value: told, code: false, wide: true });
      if (data.pusher !== message.actor) field('Pushed by', data.pusher);
      field('Stack', data.stack);
      break;
    }
    case 'scale': {
      const { previous_containers: before, containers: after } = data;
      const changed = Object.keys(after).filter((type) => before[type] !== after[type]);
      message.title = 'scaled';
      message.sentence = `${app} was scaled: ${changed.map((type) => `${type} ${scaling(before[type], after[type])}`).join(', ')}.`;
      break;
    }
    case 'restart': {
      const scope = data.scope.join(', ');
      const reason = data.reason === 'user_restart' ? 'asked for by a user' : data.reason;
      message.title = 'restarting';
      message.sentence = `The ${scope.replace(/, ([^,]*)$/, ' and $1')} containers of ${app} are restarting (${reason}).`;
      break;
    }
    case 'crash':
      message.color = 'error';
      message.link = data.logs_url;
      message.title = `${data.container_type} crashed`;
      message.sentence = `The container ${data.container_type} of ${app} crashed.`;
      field('Logs', data.crash_logs, true);
      break;
    case 'run':
      message.title = 'one-off container started';
      message.sentence = `A one-off container of ${app} runs the command "${data.command}".`;
      message.name = data.command;
      field('Audit log', `${data.audit_log_id} (${megabytes(data.audit_log_size)})`);
      break;
    case 'edit_variable':
      message.title = 'variable changed';
      message.sentence = `The variable "${data.name}" in the environment of ${app} was changed.`;
      message.name = data.name;
      break;
    default:
      throw new Error(`no wording for ${kind}`);
  }
  message.title = `${app}: ${message.title}`;
  return message;
}

export const slackColors = { info: '#1d9bd1', success: '#2eb67d', warning: '#ecb22e', error: '#e01e5a' };
export const mailColors = { info: '#2563eb', success: '#1a7f5a', warning: '#d99e0b', error: '#c5284c' };
