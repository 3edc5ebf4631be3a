// Creates the replica set's roles and users from roles.json; safe to run again.
// Run by the service `mongo-init` with mongosh; each user has a password of its own, from the
// environment: MONGO_PASSWORD_<ROLE>.
const fs = require("fs");
const table = JSON.parse(fs.readFileSync("/init/roles.json", "utf8"));
const prefix = process.env.CASELEDGER_DATABASE_PREFIX || "caseledger";
const admin = db.getSiblingDB("admin");

for (const [name, own] of Object.entries(table.roles)) {
  const rows = table.with_common.includes(name) ? [...table.common, ...own] : own;
  const privileges = rows.map((row) => ({
    resource: { db: prefix + row.database, collection: row.collection },
    actions: row.actions,
  }));
  const role = `caseledger-${name}`;
  if (admin.getRole(role)) {
    admin.updateRole(role, { privileges, roles: [] });
  } else {
    admin.createRole({ role, privileges, roles: [] });
  }
  const password = process.env[`MONGO_PASSWORD_${name.toUpperCase()}`];
  if (!password) {
    throw new Error(`MONGO_PASSWORD_${name.toUpperCase()} is not set`);
  }
  const user = { pwd: password, roles: [{ role, db: "admin" }] };
  if (admin.getUser(role)) {
    admin.updateUser(role, user);
  } else {
    admin.createUser({ user: role, ...user });
  }
}
print("roles and users are there");
