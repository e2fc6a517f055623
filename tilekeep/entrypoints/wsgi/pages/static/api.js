// Asks the API of this server; see docs/admin-api.md.

let token = sessionStorage.getItem("tilekeep-token") || "";

export function useToken(given) {
  token = given;
  sessionStorage.setItem("tilekeep-token", given);
}

export function hasToken() {
  return token !== "";
}

async function answer(response) {
  const body = await response.json().catch(() => ({ error: `${response.status} ${response.statusText}` }));
  if (!response.ok) {
    throw new Error(body.error || response.statusText);
  }
  return body;
}

export async function ask(operation, parameters = {}) {
  const query = new URLSearchParams(parameters);
  return answer(await fetch(`api/${operation}?${query}`, { cache: "no-store" }));
}

export async function change(operation, body) {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  return answer(await fetch(`api/${operation}`, { method: "POST", headers, body: JSON.stringify(body) }));
}
