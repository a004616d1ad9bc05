// Drives the sandbox org with jsforce and prints which steps passed. Run by test_sandbox_clients.py.
const assert = require("node:assert");
const jsforce = require("jsforce");

const base = process.env.SANDBOX;
const callback = "http://127.0.0.1:9/callback";
const passed = [];
const failed = [];

async function step(name, act) {
  try {
    await act();
    passed.push(name);
  } catch (fault) {
    failed.push(`${name}: ${fault.name}: ${fault.message}`);
  }
}

async function refused(code, act) {
  try {
    await act();
  } catch (fault) {
    assert.strictEqual(fault.errorCode || fault.name, code);
    return;
  }
  assert.fail(`not refused with ${code}`);
}

async function main() {
  const oauth2 = new jsforce.OAuth2({
    loginUrl: base, clientId: "3MVG9sandbox.Distro.local.consumer.key", clientSecret: "5A1DB0XSANDBOXLOCALSECRET",
    redirectUri: callback, useVerifier: true,
  });
  const conn = new jsforce.Connection({ oauth2, version: "66.0" });
  const lead = (more) => ({ LastName: "Hopper", Company: "Navy", Email: "grace@navy.example", ...more });
  let id;

  await step("authorize with PKCE", async () => {
    const url = oauth2.getAuthorizationUrl({ scope: "api refresh_token id", state: "s" });
    const answer = await fetch(url, { redirect: "manual" });
    const code = new URL(answer.headers.get("location")).searchParams.get("code");
    const user = await conn.authorize(code);
    assert.ok(user.id.startsWith("005") && user.organizationId.startsWith("00D"));
    assert.strictEqual(conn.instanceUrl, base);
  });
  await step("identity", async () => assert.strictEqual((await conn.identity()).username, "dana@acme.example"));
  await step("create", async () => {
    const made = await conn.sobject("Lead").create(lead());
    assert.ok(made.success);
    id = made.id;
  });
  await step("retrieve", async () => assert.strictEqual((await conn.sobject("Lead").retrieve(id)).Company, "Navy"));
  await step("update", async () => assert.ok((await conn.sobject("Lead").update({ Id: id, Title: "Admiral" })).success));
  await step("create many", async () => {
    const made = await conn.sobject("Lead").create([lead(), { LastName: "x" }], { allOrNone: false });
    assert.deepStrictEqual(made.map((one) => one.success), [true, false]);
    assert.strictEqual(made[1].errors[0].statusCode, "REQUIRED_FIELD_MISSING");
  });
  await step("update many", async () => {
    const made = await conn.sobject("Lead").update([{ Id: id, Title: "Rear Admiral" }]);
    assert.ok(made[0].success);
  });
  await step("retrieve many", async () => assert.strictEqual((await conn.sobject("Lead").retrieve([id]))[0].Id, id));
  await step("query", async () => {
    const found = await conn.query(`SELECT Id, Owner.Name FROM Lead WHERE Title = 'Rear Admiral'`);
    assert.strictEqual(found.records[0].Owner.Name, "Dana Admin");
  });
  await step("find", async () => {
    const found = await conn.sobject("Lead").find({ Title: { $like: "Rear%" } }, "Id, Title").limit(5);
    assert.strictEqual(found.length, 1);
  });
  await step("count", async () => assert.ok((await conn.sobject("Lead").count({ Company: "Navy" })) >= 2));
  await step("describe", async () => assert.ok((await conn.sobject("Lead").describe()).fields.length > 30));
  await step("describe global", async () => assert.ok((await conn.describeGlobal()).sobjects.length > 10));
  await step("limits", async () => {
    assert.ok((await conn.limits()).DailyApiRequests.Max > 0);
    assert.ok(conn.limitInfo.apiUsage.used > 0);
  });
  await step("upsert one", async () => {
    const made = await conn.sobject("Contact").upsert({ Email: "peter@initech.example", Title: "Chief" }, "Email");
    assert.ok(made.success && !made.created);
  });
  await step("upsert many", async () => {
    const rows = [{ Email: "peter@initech.example", Title: "a" }, { Email: "n@x.example", LastName: "New" }];
    const made = await conn.sobject("Contact").upsert(rows, "Email");
    assert.deepStrictEqual(made.map((one) => one.created), [false, true]);
  });
  await step("composite", async () => {
    const url = "/services/data/v66.0/sobjects";
    const times = { StartDateTime: "2026-12-08T09:00:00Z", EndDateTime: "2026-12-08T09:30:00Z" };
    const subs = [
      { method: "POST", url: `${url}/Lead`, referenceId: "a", body: lead() },
      { method: "POST", url: `${url}/Event`, referenceId: "b", body: { WhoId: "@{a.id}", Subject: "Demo", ...times } },
    ];
    const found = await conn.requestPost("/services/data/v66.0/composite", { compositeRequest: subs });
    assert.deepStrictEqual(found.compositeResponse.map((one) => one.httpStatusCode), [201, 201]);
  });
  await step("tooling field", async () => {
    const made = await conn.tooling.sobject("CustomField").create({
      FullName: "Lead.Js__c", Metadata: { label: "Js", type: "Text", length: 20, externalId: true, unique: true },
    });
    assert.ok(made.success);
    const found = await conn.tooling.query("SELECT Id, DeveloperName FROM CustomField WHERE DeveloperName = 'Js'");
    assert.strictEqual(found.totalSize, 1);
  });
  await step("collections, all or none", async () => {
    const made = await conn.sobject("Lead").create([lead(), { LastName: "x" }], { allOrNone: true });
    assert.deepStrictEqual(made.map((one) => one.success), [false, false]);
  });
  await step("composite, all or none", async () => {
    const url = "/services/data/v66.0/sobjects/Lead";
    const subs = [
      { method: "POST", url, referenceId: "a", body: lead() },
      { method: "POST", url, referenceId: "b", body: { LastName: "x" } },
    ];
    const body = { allOrNone: true, compositeRequest: subs };
    const found = await conn.requestPost("/services/data/v66.0/composite", body);
    assert.deepStrictEqual(found.compositeResponse.map((one) => one.httpStatusCode), [400, 400]);
  });
  await step("delete", async () => assert.ok((await conn.sobject("Lead").destroy(id)).success));

  const lone = conn.sobject("Lead");
  const event = (more) => conn.sobject("Event").create({
    Subject: "Demo", StartDateTime: "2026-12-08T09:00:00Z", EndDateTime: "2026-12-08T09:30:00Z", ...more,
  });
  const gone = (await conn.query("SELECT Id FROM User WHERE Email = 'gone@acme.example'")).records[0].Id;
  const pair = ["A", "B"].map((LastName) => ({ LastName, Email: "t@x.example" }));
  await conn.sobject("Contact").create(pair);
  const control = (path, body) => fetch(`${base}/__sandbox/${path}`, { method: "POST", body: JSON.stringify(body) });
  const sub = (number) => ({ method: "GET", url: "/services/data/v66.0/limits", referenceId: `r${number}` });
  const refusals = [
    ["REQUIRED_FIELD_MISSING", () => lone.create({ LastName: "x" })],
    ["INVALID_EMAIL_ADDRESS", () => lone.create(lead({ Email: "x" }))],
    ["STRING_TOO_LONG", () => lone.create(lead({ Phone: "1".repeat(41) }))],
    ["INVALID_FIELD", () => lone.create(lead({ Js__c: "x" }))], // it is there, and Dana may not see it
    ["INVALID_FIELD_FOR_INSERT_UPDATE", () => lone.create(lead({ CreatedDate: "2020-01-01T00:00:00Z" }))],
    ["JSON_PARSER_ERROR", () => lone.create(lead({ NumberOfEmployees: "many" }))],
    ["INACTIVE_OWNER_OR_USER", () => lone.create(lead({ OwnerId: gone }))],
    ["INVALID_CROSS_REFERENCE_KEY", () => lone.create(lead({ OwnerId: "005000000000ZZZ" }))],
    ["FIELD_INTEGRITY_EXCEPTION", () => event({ EndDateTime: "2026-12-08T08:00:00Z" })],
    ["NOT_FOUND", () => lone.retrieve("00Qd10000000ZZZ")],
    ["NOT_FOUND", () => lone.upsert(lead({ Nope__c: "1" }), "Nope__c")],
    ["ENTITY_IS_DELETED", () => lone.retrieve(id)],
    ["MALFORMED_QUERY", () => conn.query("SELECT FROM Lead")],
    ["INVALID_FIELD", () => conn.query("SELECT Nope FROM Lead")],
    ["INVALID_TYPE", () => conn.query("SELECT Id FROM Nope")],
    ["MULTIPLE_CHOICES", () => conn.sobject("Contact").upsert({ Email: "t@x.example", Title: "x" }, "Email")],
    ["INVALID_INPUT", () => conn.requestPost("/services/data/v66.0/composite", {
      compositeRequest: [...Array(26).keys()].map(sub),
    })],
    ["EXCEEDED_ID_LIMIT", () => conn.requestPost("/services/data/v66.0/composite/sobjects", {
      records: Array(201).fill({ attributes: { type: "Lead" }, ...lead() }),
    })],
    ["UNABLE_TO_LOCK_ROW", async () => {
      await control("faults", { path: "/sobjects/Event", status: 400, error_code: "UNABLE_TO_LOCK_ROW" });
      await event();
    }],
    ["invalid_grant", () => new jsforce.Connection({ oauth2, version: "66.0" }).authorize("no-such-code")],
  ];
  for (const [code, act] of refusals) {
    await step(`refusal: ${code}`, () => refused(code, act));
  }
  await step("refresh by itself after the session ended", async () => {
    const before = conn.accessToken;
    await fetch(`${base}/__sandbox/expire-tokens`, { method: "POST" });
    assert.ok((await conn.query("SELECT Id FROM Lead")).totalSize > 0);
    assert.notStrictEqual(conn.accessToken, before);
  });
  await step("revoke", async () => {
    await conn.logout(true);
  });
  console.log(JSON.stringify({ passed, failed }));
}

main();
