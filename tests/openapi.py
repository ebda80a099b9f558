# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/openapi.yaml, held against what there is.

usage: openapi.py routes                  the rows of src/control/route.def are its paths, and the other way round
       openapi.py answers SOCKET VIP      what a running daemon answers is of its schemas
       openapi.py lines FILE              so are the lines of a trace

Exits with 77 where there is no reader of YAML.
"""
import http.client
import json
import os
import re
import socket
import sys
from urllib.parse import quote

try:
    import yaml
except ImportError:
    print("SKIP: no python3-yaml")
    sys.exit(77)

TOP = os.environ.get("top_srcdir", ".")
METHODS = ("get", "put", "post", "patch", "delete")
failed = False


def fail(text):
    global failed
    failed = True
    print(text)


def routes():
    """Method, path and access of each row."""
    with open(os.path.join(TOP, "src/control/route.def")) as table:
        return {(method, path): access.lower()
                for method, path, access in re.findall(r'^ROUTE\((\w+), "([^"]*)", (\w+),', table.read(), re.M)}


def operations(doc):
    return {(method.upper(), path): item[method]
            for path, item in doc["paths"].items() for method in METHODS if method in item}


def check_routes(doc):
    rows, ops = routes(), operations(doc)
    for row in rows.keys() - ops.keys():
        fail("docs/openapi.yaml: nothing about %s %s" % row)
    for op in ops.keys() - rows.keys():
        fail("docs/openapi.yaml: %s %s, which there is not" % op)
    for op in rows.keys() & ops.keys():
        if ops[op].get("x-access") != rows[op]:
            fail("docs/openapi.yaml: %s %s: x-access is not %s" % (*op, rows[op]))
    names = {"{%s}" % p["name"] for item in doc["paths"].values() for p in params(doc, item) if p["in"] == "path"}
    for path in doc["paths"]:
        for name in re.findall(r"\{\w+\}", path):
            if name not in names:
                fail("docs/openapi.yaml: %s: no parameter %s" % (path, name))
    check_refs(doc, doc)


def params(doc, item):
    return [resolve(doc, param) for param in item.get("parameters", [])]


def resolve(doc, node):
    while isinstance(node, dict) and "$ref" in node:
        target = doc
        for step in node["$ref"].lstrip("#/").split("/"):
            target = target[step]
        node = target
    return node


def check_refs(doc, node):
    """Each reference leads somewhere, and each schema is made of words that validate() knows."""
    if isinstance(node, dict):
        if "$ref" in node:
            try:
                resolve(doc, node)
            except KeyError:
                fail("docs/openapi.yaml: %s leads nowhere" % node["$ref"])
        for inside in node.values():
            check_refs(doc, inside)
    elif isinstance(node, list):
        for inside in node:
            check_refs(doc, inside)


KNOWN = {"type", "required", "properties", "additionalProperties", "items", "enum", "minimum", "maximum", "description"}
TYPES = {
    "object": lambda v: isinstance(v, dict), "array": lambda v: isinstance(v, list), "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool), "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}


def validate(doc, schema, value, where):
    schema = resolve(doc, schema)
    for word in schema.keys() - KNOWN:
        fail("docs/openapi.yaml: '%s' is nothing that this test knows" % word)
    if "type" in schema and not TYPES[schema["type"]](value):
        fail("%s: %r is no %s" % (where, value, schema["type"]))
        return
    if "enum" in schema and value not in schema["enum"]:
        fail("%s: %r is none of %s" % (where, value, schema["enum"]))
    if "minimum" in schema and value < schema["minimum"] or "maximum" in schema and value > schema["maximum"]:
        fail("%s: %r is out of range" % (where, value))
    if isinstance(value, list):
        for i, inside in enumerate(value):
            validate(doc, schema.get("items", {}), inside, "%s/%d" % (where, i))
    if isinstance(value, dict):
        validate_object(doc, schema, value, where)


def validate_object(doc, schema, value, where):
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", []):
        if name not in value:
            fail("%s: no %s" % (where, name))
    for name, inside in value.items():
        if name in properties:
            validate(doc, properties[name], inside, "%s/%s" % (where, name))
        elif others is False:
            fail("%s: %s is in no schema" % (where, name))
        elif isinstance(others, dict):
            validate(doc, others, inside, "%s/%s" % (where, name))


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(doc, path_to_socket, method, path, template, body=None, headers=None):
    """One request; its answer has to be one that the document names. Returns status and what was said."""
    connection = Unix(path_to_socket)
    connection.request(method, path, None if body is None else body if isinstance(body, str) else json.dumps(body), headers or {})
    answer = connection.getresponse()
    where = "%s %s: %d" % (method, path, answer.status)
    kind = (answer.getheader("Content-Type") or "").split(";")[0]
    said = b"" if operations(doc)[method, template].get("x-endless") and answer.status == 200 else answer.read()
    connection.close()
    responses = operations(doc)[method, template]["responses"]
    response = resolve(doc, responses.get(str(answer.status)) or responses.get("default"))
    if answer.status >= 400 and "default" not in responses:
        response = resolve(doc, {"$ref": "#/components/responses/Problem"})
    if response is None:
        fail("%s is no answer that the document names" % where)
        return answer.status, None
    content = response.get("content", {})
    if content and kind not in content:
        fail("%s: %s is none of %s" % (where, kind, list(content)))
    elif content and kind.endswith("json") and "x-endless" not in operations(doc)[method, template]:
        value = json.loads(said)
        validate(doc, content[kind]["schema"], value, where)
        return answer.status, value
    elif not content and said:
        fail("%s: there is a body" % where)
    return answer.status, said


def expect(status, answer):
    if answer[0] != status:
        fail("expected %d: %s" % (status, answer))
    return answer[1]


def check_reads(doc, path_to_socket, fill, queries):
    for (method, template), op in operations(doc).items():
        if method != "GET":
            continue
        path = template
        for name, value in fill.items():
            path = path.replace("{%s}" % name, quote(value, safe=""))
        for query in queries.get(template, [""]):
            expect(303 if op["x-access"] == "session" else 200, ask(doc, path_to_socket, "GET", path + query, template))


def check_answers(doc, path_to_socket, vip):
    def tell(status, method, template, path, body=None, headers=None):
        return expect(status, ask(doc, path_to_socket, method, path, template, body, headers))

    service, server = "/v1/services/{id}", "/v1/services/{id}/servers/{server}"
    queries = {
        "/v1/explain": ["?client=10.0.0.2&virtual=%s:80" % vip, "?client=10.0.0.2&virtual=%s:9" % vip],
        "/v1/services": ["", "?brief=1", "?protocol=udp"], "/v1/connections": ["", "?templates=only", "?limit=1"],
        "/v1/config": ["", "?origin=file"],
    }
    check_reads(doc, path_to_socket, {"id": "tcp:%s:80" % vip, "server": "10.0.1.2:8080"}, queries)
    new = "/v1/services/" + quote("tcp:[2001:db8::80]:80", safe="")
    tell(201, "PUT", service, new, {"scheduler": "rr", "servers": [{"address": "[2001:db8:1::2]:80"}]})
    tell(200, "PUT", service, new, {"scheduler": "wrr"})
    tell(409, "PUT", service, new, {}, {"If-None-Match": "*"})
    tell(200, "PATCH", service, new, {"name": "six"})
    tell(422, "PATCH", service, new, {"name": "", "scheduler": 7})
    tell(400, "PATCH", service, new, "{")
    tell(400, "PATCH", service, new, "[]")
    tell(404, "PATCH", service, "/v1/services/nobody", {})
    tell(404, "GET", service, "/v1/services/nobody")
    tell(404, "GET", server, "/v1/services/six/servers/nobody")
    one = new + "/servers/" + quote("[2001:db8:1::3]:80", safe="")
    tell(201, "PUT", server, one, {"weight": 3})
    tell(200, "PUT", server, one, {"weight": 4})
    tell(200, "PATCH", server, one, {"weight": 5})
    tell(422, "PATCH", server, one, {"weight": -1})
    got = tell(200, "GET", service, new)
    if [s["weight"] for s in got["servers"]] != [1, 5] or got["origin"] != "runtime":
        fail("what was made is not what there is: %s" % got)
    # What is read can be written.
    again = dict(got["config"], servers=[s["config"] for s in got["servers"]])
    if tell(200, "PUT", service, new, again)["changes"]:
        fail("a service written as it was read is another one")
    tell(200, "DELETE", server, one)
    tell(404, "DELETE", server, one)
    check, web = server + "/check", "/v1/services/" + quote("tcp:%s:80" % vip, safe="")
    got = tell(200, "POST", check, web + "/servers/10.0.1.2:8080/check")
    if got["health"]["state"] != "up" or [r["outcome"] for r in got["results"]] != ["passed"]:
        fail("a server that is up was checked: %s" % got)
    told = tell(200, "GET", server, web + "/servers/10.0.1.2:8080")["health"]["history"]
    if [(turn["from"], turn["to"]) for turn in told] != [("unknown", "up")]:
        fail("a server came up: %s" % told)
    tell(422, "POST", check, new + "/servers/" + quote("[2001:db8:1::2]:80", safe="") + "/check")
    tell(404, "POST", check, web + "/servers/nobody/check")
    tell(404, "POST", check, "/v1/services/nobody/servers/nobody/check")
    tell(204, "POST", "/v1/services/{id}/zero", new + "/zero")
    tell(404, "POST", "/v1/services/{id}/zero", "/v1/services/nobody/zero")
    tell(204, "POST", "/v1/zero", "/v1/zero")
    tell(200, "POST", "/v1/batch", "/v1/batch", {"operations": [{"method": "DELETE", "path": new}]})
    tell(404, "POST", "/v1/batch", "/v1/batch", {"operations": [{"method": "DELETE", "path": new}]})
    tell(422, "POST", "/v1/batch", "/v1/batch", {})
    tell(200, "PATCH", "/v1/timeouts", "/v1/timeouts", {"udp": 60})
    tell(422, "PATCH", "/v1/timeouts", "/v1/timeouts", {"upd": 60})
    tell(200, "PATCH", "/v1/options", "/v1/options", {"ping": "never"})
    tell(409, "PATCH", "/v1/options", "/v1/options", {"user": "root"})
    tell(200, "PUT", "/v1/log", "/v1/log", {"level": "notice"})
    tell(422, "PUT", "/v1/log", "/v1/log", {"level": "loud"})
    tell(404, "DELETE", "/v1/connections/{id}", "/v1/connections/0")
    tell(405, "GET", "/v1/zero", "/v1/zero") if ("GET", "/v1/zero") in operations(doc) else None
    tell(200, "POST", "/v1/reload", "/v1/reload")
    history = tell(200, "GET", "/v1/status", "/v1/status")["reloads"]
    if not history or history[0]["what"] != "reload" or not history[0]["ok"]:
        fail("the history does not begin with the reload: %s" % history)
    tell(200, "DELETE", "/v1/services", "/v1/services")


def main():
    with open(os.path.join(TOP, "docs/openapi.yaml")) as text:
        doc = yaml.safe_load(text)
    if sys.argv[1] == "routes":
        check_routes(doc)
    elif sys.argv[1] == "lines":
        with open(sys.argv[2]) as lines:
            for line in filter(str.strip, lines):
                validate(doc, {"$ref": "#/components/schemas/TraceLine"}, json.loads(line), "trace")
    else:
        check_answers(doc, sys.argv[2], sys.argv[3])
    sys.exit(failed)


main()
