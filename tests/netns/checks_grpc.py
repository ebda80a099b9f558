# SPDX-License-Identifier: GPL-2.0-or-later
# A server of gRPC on ports 50051 (in the clear) and 50052 (TLS: argv[2] the certificate, argv[3] its key), whose health service
# says of the service of a name what stands in the file argv[1]/NAME, "whole" being the server; one without a file is not found.
import sys
from concurrent import futures

import grpc

directory, certificate, key = sys.argv[1:]
words = {"SERVING": b"\x08\x01", "NOT_SERVING": b"\x08\x02", "UNKNOWN": b""}


def check(request, context):
    name = request[2:].decode() or "whole"
    try:
        with open(f"{directory}/{name}") as file:
            return words[file.read().strip()]
    except OSError:
        context.abort(grpc.StatusCode.NOT_FOUND, f"no service {name}")


server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(
    "grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(check)}),))
server.add_insecure_port("[::]:50051")
with open(certificate, "rb") as file, open(key, "rb") as key_file:
    server.add_secure_port("[::]:50052", grpc.ssl_server_credentials([(key_file.read(), file.read())]))
server.start()
print("ready", flush=True)
server.wait_for_termination()
