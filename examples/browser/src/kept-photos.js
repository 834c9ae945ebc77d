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

export async function keepPhotos(kept) {
  const database = await open();
  await answer(database.transaction('kept', 'readwrite').objectStore('kept').put(kept, 'photos'));
  database.close();
}

export async function keptPhotos() {
  const database = await open();
  const kept = await answer(database.transaction('kept').objectStore('kept').get('photos'));
  database.close();
  return kept ?? null;
}
