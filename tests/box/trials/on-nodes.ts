// Programs in Python that trials of security run on nodes, which have it.

/** Listens on all links of a host, loopback too, for 5 seconds: each packet's protocol, both ports, and what comes from a place in its header on. */
const listen = `
import socket, time
def packets():
    link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(0x0800))
    link.settimeout(0.5)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            packet = link.recv(65535)
        except TimeoutError:
            continue
        header = (packet[0] & 15) * 4
        ports = [int.from_bytes(packet[header + at:header + at + 2], "big") for at in (0, 2)]
        yield packet[9], ports, packet[header:]
UDP, TCP = 17, 6
`;

/** Prints what agents gossip, a packet a line: the port that it is for, and in base64 what it holds. */
export const hearGossip = `${listen}
import base64
for protocol, (_, port), datagram in packets():
    if protocol == UDP and port in (8301, 4648):
        print(port, base64.b64encode(datagram[8:]).decode())
`;

/** How Nomad's agent is asked on its node. */
const nomadTls = `ssl.create_default_context(cafile="/etc/nomad.d/tls/ca.pem")`;

/**
 * Counts by port, the asking or the asked, how many packets of TCP there are, and how many have one of some texts in them, separated by spaces. With `asks`, it gives the first
 * to the agents of the host, which hand it on to servers, with the others as tokens of Consul and Nomad.
 */
export const overhear = `${listen}
import collections, json, ssl, sys, threading, urllib.request
texts, asks = sys.argv[1].split(), sys.argv[2] == "true"
text, *tokens = texts
def ask():
    time.sleep(1)
    variable = json.dumps({"Path": "overheard", "Items": {"it": text}})
    for url, body, context, headers in (
        ("http://127.0.0.1:8500/v1/kv/overheard", text, None, {"X-Consul-Token": tokens[0]}),
        ("https://127.0.0.1:4646/v1/var/overheard", variable, ${nomadTls}, {"X-Nomad-Token": tokens[1]}),
    ):
        request = urllib.request.Request(url, method="PUT", data=body.encode(), headers=headers)
        urllib.request.urlopen(request, timeout=10, context=context).read()
if asks:
    threading.Thread(target=ask).start()
seen, found = collections.Counter(), collections.Counter()
for protocol, ports, segment in packets():
    if protocol == TCP:
        for port in set(ports):
            seen[port] += 1
            found[port] += any(each.encode() in segment for each in texts)
print(json.dumps({port: [seen[port], found[port]] for port in (8300, 4647, 8500, 8501, 4646)}))
`;

/**
 * Asks a server as an agent does, and says how that ends: in clear, or by TLS with a certificate or none. Source: the first byte of a connection says
 * what it is, in both products (consul 1.22, agent/pool/conn.go; nomad 1.11, helper/pool/conn.go).
 */
export const askServer = `
import socket, ssl, sys
address, port, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
try:
    with socket.create_connection((address, port), timeout=10) as plain:
        plain.settimeout(10)
        if how == "plain":
            plain.sendall(bytes([1]) if port == 4647 else bytes([0]))
            print("closed" if plain.recv(1) == b"" else "answered")
        else:
            plain.sendall(bytes([4]) if port == 4647 else bytes([3]))
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if how != "none":
                context.load_cert_chain(how)
            with context.wrap_socket(plain) as connection:
                connection.sendall(bytes([1]) if port == 4647 else bytes([0]))
                connection.settimeout(2)
                try:
                    print("closed" if connection.recv(1) == b"" else "answered")
                except TimeoutError:
                    print("accepted")
except OSError as error:
    print("refused:", error)
`;

/** Says how often words are in a snapshot of Nomad, taken from the node's own agent, and what a KMS key does for the node, asked by operation. */
export const keyringOf = `
import io, json, ssl, sys, tarfile, urllib.request
token = open("/etc/cos/nomad-token").read().strip()
request = urllib.request.Request("https://127.0.0.1:4646/v1/operator/snapshot", headers={"X-Nomad-Token": token})
snapshot = urllib.request.urlopen(request, timeout=30, context=${nomadTls}).read()
state = tarfile.open(fileobj=io.BytesIO(snapshot)).extractfile("state.bin").read()
# As MessagePack has a short text: in a UUID there may be any word of hexadecimal digits.
print(json.dumps({word: state.count(bytes([0xa0 + len(word)]) + word.encode()) for word in sys.argv[1:]}))
`;
export const useKey = `
import sys
from botocore.exceptions import ClientError
from botocore.session import get_session
client = get_session().create_client("kms", region_name="eu-central-1", verify="/etc/ssl/certs/ca-certificates.crt")
context = {"PARAMETER_ARN": sys.argv[2]} if len(sys.argv) > 2 else {}
try:
    sealed = client.encrypt(KeyId=sys.argv[1], Plaintext=b"it", EncryptionContext=context)["CiphertextBlob"]
    print(client.decrypt(CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"].decode())
except ClientError as error:
    print(error)
`;

/** Reads a parameter with the credentials of the node, as its programs do. */
export const readParameter = `
import sys
from botocore.exceptions import ClientError
from botocore.session import get_session
client = get_session().create_client("ssm", region_name="eu-central-1", verify="/etc/ssl/certs/ca-certificates.crt")
try:
    print(client.get_parameter(Name=sys.argv[1], WithDecryption=True)["Parameter"]["Value"])
except ClientError as error:
    print(error)
`;
