package io.tholepin.apiserver;

/** Bodies of valid objects, as JSON with single quotes. */
final class Samples {
    private Samples() {}

    static String pod(String name) {
        return "{'kind':'Pod','apiVersion':'v1','metadata':{'name':'" + name + "','labels':{'app':'" + name + "'}},"
                + "'spec':{'containers':[{'name':'c','image':'nginx:1'}]}}";
    }

    static String podOn(String node, String name) {
        return pod(name).replace("'spec':{", "'spec':{'nodeName':'" + node + "',");
    }

    static String deployment(String name) {
        return "{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'" + name + "'},'spec':{"
                + "'selector':{'matchLabels':{'app':'" + name + "'}},'template':{'metadata':{'labels':{'app':'" + name
                + "'}},'spec':{'containers':[{'name':'c','image':'nginx:1'}]}}}}";
    }

    static String service(String name) {
        return "{'kind':'Service','apiVersion':'v1','metadata':{'name':'" + name
                + "'},'spec':{'selector':{'app':'web'},'ports':[{'port':80}]}}";
    }
}
