// Photographs and objects of the page, kept in its database.

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function open() {
  const opening = indexedDB.open('seg-page', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('kept');
  return answer(opening);
}

/** @throws DOMException where there is no room: it is known when all is written */
export async function keepPhotos(kept) {
  const database = await open();
  try {
    const transaction = database.transaction('kept', 'readwrite');
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new Error('the database has given up'));
    });
    transaction.objectStore('kept').put(kept, 'photos');
    await done;
  } finally {
    database.close();
  }
}

export async function keptPhotos() {
  const database = await open();
  try {
    return (await answer(database.transaction('kept').objectStore('kept').get('photos'))) ?? null;
  } finally {
    database.close();
  }
}
