package io.tholepin.apiserver;

import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The node ports of one service: its ports' and the health check's. Belongs to one attempt of one write. */
final class ServicePorts {
    private final NodePorts ports;
    private final SystemFields chance;
    private final Map<String, Object> service;

    ServicePorts(NodePorts ports, SystemFields chance, Map<String, Object> service) {
        this.ports = ports;
        this.chance = chance;
        this.service = service;
    }

    /** Whether every port of the service gets a node port. */
    static boolean needsPorts(Map<String, Object> service) {
        String type = Json.string(service, "spec", "type");
        return type.equals("NodePort")
                || type.equals("LoadBalancer")
                        && !Boolean.FALSE.equals(Json.at(service, "spec", "allocateLoadBalancerNodePorts"));
    }

    private static boolean mayHavePorts(Map<String, Object> service) {
        String type = Json.string(service, "spec", "type");
        return type.equals("NodePort") || type.equals("LoadBalancer");
    }

    /** Whether the service names node ports and may have some. */
    static boolean asksForPorts(Map<String, Object> service) {
        return mayHavePorts(service) && !numbers(service).isEmpty() || needsHealthCheck(service);
    }

    /** Whether a port that must have a number has none. */
    static boolean lacksPorts(Map<String, Object> service) {
        boolean lacksHealthCheck =
                needsHealthCheck(service) && Json.integer(service, 0, "spec", "healthCheckNodePort") == 0;
        return lacksHealthCheck
                || needsPorts(service)
                        && Json.list(service, "spec", "ports").stream()
                                .anyMatch(port -> Json.integer(port, 0, "nodePort") == 0);
    }

    private static boolean needsHealthCheck(Map<String, Object> service) {
        return Json.string(service, "spec", "type").equals("LoadBalancer")
                && Json.string(service, "spec", "externalTrafficPolicy").equals("Local");
    }

    /** The numbers a service holds, each once, in ascending order. */
    static List<Long> numbers(Map<String, Object> service) {
        List<Long> numbers = new ArrayList<>();
        for (Object port : Json.list(service, "spec", "ports")) {
            numbers.add(Json.integer(port, 0, "nodePort"));
        }
        numbers.add(Json.integer(service, 0, "spec", "healthCheckNodePort"));
        return numbers.stream().filter(n -> n > 0).distinct().sorted().toList();
    }

    /**
     * Takes the numbers that the service names and gives it those it lacks. Ports of one service may share a number
     * when their protocols differ.
     */
    void take() {
        List<Long> mine = new ArrayList<>();
        List<Object> list = Json.list(service, "spec", "ports");
        if (mayHavePorts(service)) {
            for (int i = 0; i < list.size(); i++) {
                takeNamed("spec.ports[" + i + "].nodePort", Json.integer(list.get(i), 0, "nodePort"), mine);
            }
            takeNamed("spec.healthCheckNodePort", Json.integer(service, 0, "spec", "healthCheckNodePort"), mine);
        }
        if (needsPorts(service)) {
            for (int i = 0; i < list.size(); i++) {
                Map<String, Object> port = Json.asObject(list.get(i));
                if (Json.integer(port, 0, "nodePort") == 0) {
                    port.put("nodePort", any("spec.ports[" + i + "].nodePort"));
                }
            }
        }
        if (needsHealthCheck(service) && Json.integer(service, 0, "spec", "healthCheckNodePort") == 0) {
            Json.child(service, "spec").put("healthCheckNodePort", any("spec.healthCheckNodePort"));
        }
    }

    private void takeNamed(String field, long number, List<Long> mine) {
        if (number == 0 || mine.contains(number)) {
            return;
        }
        if (!NodePorts.inRange(number)) {
            refuse(FieldError.invalid(
                    field,
                    number,
                    "provided port is not in the valid range. The range of valid ports is " + NodePorts.RANGE));
        }
        if (ports.isTaken(number)) {
            refuse(FieldError.invalid(field, number, "provided port is already allocated"));
        }
        ports.take(number);
        mine.add(number);
    }

    private Long any(String field) {
        Long free = ports.takeAny(chance);
        if (free == null) {
            throw new StatusException(
                    500,
                    "InternalError",
                    "Internal error occurred: failed to allocate a nodePort for " + field + ": range is full",
                    StatusException.Details.NONE);
        }
        return free;
    }

    private void refuse(FieldError error) {
        throw StatusException.invalid("", "Service", Json.string(service, "metadata", "name"), List.of(error));
    }
}
