// One snapshot in IndexedDB.

const store = 'snapshots';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('notifier-dashboard', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<T>(mode: IDBTransactionMode, work: (snapshots: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const readSnapshot = (name: string): Promise<string | undefined> => run('readonly', (snapshots) => snapshots.get(name) as IDBRequest<string | undefined>);

export const writeSnapshot = async (name: string, snapshot: string): Promise<void> => {
  await run('readwrite', (snapshots) => snapshots.put(snapshot, name));
};
