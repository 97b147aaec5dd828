package io.tholepin.interop;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives names to what differs from run to run in a program's output (ids, addresses, sizes, durations, terms), so that
 * the rest can be compared word for word. The same id has the same name for the whole of a script, in hexadecimal and
 * in
 * decimal, and a name in a later command stands for the id.
 */
final class Transcript {
    private static final Pattern ID = Pattern.compile("\\b(?:[0-9a-f]{13,16}|\\d{15,20})\\b");
    private static final Pattern NAME = Pattern.compile("\\b(ID|HEX)(\\d+)\\b");
    private static final Pattern STATUS_NUMBERS =
            Pattern.compile("(true|false)(, | \\| )(true|false)(, | \\| )\\d+(, | \\| )\\d+(, | \\| )\\d+");
    private static final Pattern JSON_NUMBERS =
            Pattern.compile("\"(raft_term|dbSize|dbSizeInUse|raftIndex|raftTerm|raftAppliedIndex|dbSizeQuota)\":\\d+");
    private static final Pattern FIELD_NUMBERS =
            Pattern.compile("\"(RaftTerm|DBSize|RaftIndex|RaftAppliedIndex|DBSizeInUse)\" : \\d+");

    private final Map<String, String> addresses = new LinkedHashMap<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, Long> ids = new HashMap<>();

    /** From now on {@code address} reads as {@code name}. */
    void name(String name, String address) {
        addresses.put(address, name);
    }

    /** A script's command with the true addresses and ids. */
    String command(String text) {
        String command = text;
        for (Map.Entry<String, String> address : addresses.entrySet()) {
            command = command.replace(address.getValue(), address.getKey());
        }
        return NAME.matcher(command).replaceAll(found -> {
            Long id = ids.get("ID" + found.group(2));
            return id == null
                    ? found.group()
                    : found.group(1).equals("HEX") ? Long.toHexString(id) : Long.toUnsignedString(id);
        });
    }

    /** One line of output with names in it. */
    String line(String text) {
        String line = text.replace("http://", "");
        for (Map.Entry<String, String> address : addresses.entrySet()) {
            line = line.replace(address.getKey(), address.getValue());
        }
        line = line.replaceAll("\\b3\\.\\d+\\.\\d+\\b", "VERSION")
                .replaceAll("\\b\\d+(\\.\\d+)? (kB|MB|GB|B)\\b", "SIZE")
                .replaceAll("\\b\\d+\\.\\d+(µs|ms|s)\\b|\\b\\d+(µs|ms)\\b", "TIME")
                .replaceAll("remaining\\(\\d+s\\)", "remaining(TIME)")
                .replaceAll("\\b20\\d\\d-\\d\\d-\\d\\dT[0-9:.+Z-]+", "DATE");
        line = JSON_NUMBERS.matcher(line).replaceAll("\"$1\":N");
        line = FIELD_NUMBERS.matcher(line).replaceAll("\"$1\" : N");
        Matcher matcher = ID.matcher(line);
        line = matcher.replaceAll(found -> idName(found.group()));
        if (line.startsWith("+--") || line.matches("[┌├└].*")) {
            return "+--+";
        }
        if (line.startsWith("|") || line.startsWith("│")) {
            line = line.replaceAll(" +", " ");
        }
        return STATUS_NUMBERS.matcher(line).replaceAll("$1$2$3$4N$5N$6N").stripTrailing();
    }

    private String idName(String text) {
        boolean hex = !text.matches("\\d{17,20}");
        long id = hex ? Long.parseUnsignedLong(text, 16) : Long.parseUnsignedLong(text);
        String key = Long.toHexString(id);
        String name = names.computeIfAbsent(key, ignored -> "ID" + (names.size() + 1));
        ids.put(name, id);
        return hex ? name.replace("ID", "HEX") : name;
    }
}
